import { inflateSync } from 'node:zlib';
import { textOfXml } from './decoded-text.ts';
import { type FileRead, isPacked } from './file-type.ts';
import { pdfTexts } from './pdf-text.ts';
import { scanStream, scanText } from './scan-stream.ts';
import type { Scanner } from './scanner.ts';

const MOST_UNPACKED = 64 * 1024 ** 2;

/** What a PDF says, and what lies in it that no reader shows: earlier versions, properties, forms. */
export async function scanPdf(scanner: Scanner, file: Buffer): Promise<FileRead> {
  let read = scanStreams(scanner, file);
  for await (const { texts, files, illegible } of pdfTexts(new Uint8Array(file))) {
    if (illegible) read = 'unread';
    for (const text of texts) scanText(scanner, text);
    for (const { name, content } of files) {
      scanText(scanner, name);
      const bytes = Buffer.from(content);
      scanner.scan(bytes, 0, bytes.length);
      await scanStream(scanner, textOfXml(once(bytes)));
      // A packed file within: what it holds is not looked into.
      if (isPacked(bytes)) read = 'unread';
    }
  }
  return read;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** Streams as they lie in the file: encrypted ones are left to the reader that has the key. */
function scanStreams(scanner: Scanner, file: Buffer): FileRead {
  const text = file.toString('latin1');
  if (/\/Encrypt\b/.test(text)) return 'read';
  let read: FileRead = 'read';
  let unpacked = 0;
  for (const { index, 0: keyword } of text.matchAll(/stream\r?\n/g)) {
    if (text.slice(index - 3, index) === 'end') continue;
    const dictionary = text.slice(Math.max(0, text.lastIndexOf(' obj', index)), index);
    const end = text.indexOf('endstream', index);
    const deflated = /\/Filter\s*\[?\s*\/FlateDecode\b/.test(dictionary);
    if (
      end < 0 ||
      !deflated ||
      /\/Subtype\s*\/Image\b|\/FontFile|\/Length1\b|\/Subtype\s*\/(Type1C|CIDFontType0C|OpenType)/.test(dictionary)
    )
      continue;
    try {
      const content = inflateSync(file.subarray(index + keyword.length, end), {
        maxOutputLength: MOST_UNPACKED,
        finishFlush: 2,
      });
      unpacked += content.length;
      scanner.scan(content, 0, content.length);
    } catch {
      read = 'unread';
    }
    if (unpacked > MOST_UNPACKED) return 'unread';
  }
  return read;
}
