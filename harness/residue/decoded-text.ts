/** Tags at which a word ends, in documents of Office and OpenDocument; the others lie within words. */
const WORD_ENDS = /<\/(?:w:p|text:p|text:h|si|c|a:p|table:table-cell|row)>|<(?:w:br|w:tab|text:s|text:tab)\b[^>]*>/g;
/** A tag that goes on for longer is none. */
const LONGEST_TAG = 64 * 1024;

/** The text of XML that comes piece by piece, without the tags that cut words. */
export async function* textOfXml(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const opened = rest.lastIndexOf('<');
    const within = opened > rest.lastIndexOf('>') && rest.length - opened < LONGEST_TAG;
    const end = within ? opened : rest.length;
    yield withoutTags(rest.slice(0, end));
    rest = rest.slice(end);
  }
  yield withoutTags(rest + decoder.decode());
}

function withoutTags(xml: string): Buffer {
  return Buffer.from(xml.replace(WORD_ENDS, ' ').replace(/<[^>]*>/g, ''));
}

export async function* textOfUtf16(
  stream: AsyncIterable<Buffer>,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of stream) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
