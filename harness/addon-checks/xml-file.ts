import { SaxesParser, type SaxesTagPlain } from 'saxes';

export interface XmlEvents {
  open?(tag: SaxesTagPlain, line: number): void;
  text?(text: string, line: number): void;
  close?(name: string): void;
}

/**
 * Reads XML once through and tells what it meets. What keeps it from being well-formed (XML 1.0), with its line, is the
 * result; undefined if nothing does. Entities that the document declares itself are known.
 */
export function readXml(bytes: Buffer, events: XmlEvents = {}): { line: number; message: string } | undefined {
  let text: string;
  try {
    text = decode(bytes);
  } catch {
    return { line: 1, message: 'its bytes are not of the encoding that it declares' };
  }
  const parser = new SaxesParser();
  Object.assign(parser.ENTITIES, entitiesOf(text));
  let problem: { line: number; message: string } | undefined;
  parser.on('error', ({ message }) => {
    const [, line, said] = /^(\d+):\d+: ([\s\S]*)$/.exec(message) ?? [];
    problem ??= { line: Number(line ?? 1), message: said ?? message };
  });
  parser.on('opentag', (tag) => events.open?.(tag, parser.line));
  parser.on('text', (content) => events.text?.(content, parser.line));
  parser.on('cdata', (content) => events.text?.(content, parser.line));
  parser.on('closetag', ({ name }) => events.close?.(name));
  parser.write(text).close();
  if (problem === undefined) return undefined;
  const bare = lineOfBareAmpersand(text);
  return bare !== undefined && bare <= problem.line ? { line: bare, message: 'a bare &: write &amp;' } : problem;
}

/** The parser looks for the end of an entity that begins there, and only complains where it gives up. */
function lineOfBareAmpersand(text: string): number | undefined {
  const markup = text.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, (literal) => literal.replace(/[^\n]/g, ' '));
  const found = /&(?!(?:#\d+|#x[0-9a-fA-F]+|[\p{L}_:][\p{L}\p{N}_:.-]*);)/u.exec(markup);
  return found === null ? undefined : markup.slice(0, found.index).split('\n').length;
}

/** By byte order mark, else as declared, else UTF-8 (XML 1.0, appendix F). Throws on bytes that the encoding has not. */
function decode(bytes: Buffer): string {
  const declared = /^<\?xml[^>]*\sencoding=["']([A-Za-z0-9._-]+)["']/.exec(
    bytes.subarray(0, 200).toString('latin1'),
  )?.[1];
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  return new TextDecoder(wide ?? declared ?? 'utf-8', { fatal: true }).decode(bytes);
}

function entitiesOf(text: string): Record<string, string> {
  const doctype = /<!DOCTYPE[^[>]*\[([\s\S]*?)\]\s*>/.exec(text.slice(0, 10_000))?.[1] ?? '';
  return Object.fromEntries(
    [...doctype.matchAll(/<!ENTITY\s+([\w.-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g)].map(([, name, a, b]) => [
      name,
      a ?? b ?? '',
    ]),
  );
}
