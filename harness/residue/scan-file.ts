import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { textOfUtf16, textOfXml } from './decoded-text.ts';
import { begins, type FileRead, GZIP, isOpaque, isPacked, PDF, ZIP } from './file-type.ts';
import { scanPdf } from './scan-pdf.ts';
import { scanStream, scanText } from './scan-stream.ts';
import type { Scanner } from './scanner.ts';

/** Bounds time, not memory: what is unpacked is read piece by piece. */
const MOST_UNPACKED = 4 * 1024 ** 3;
const MOST_PDF = 64 * 1024 ** 2;

/**
 * Scans one file: its bytes as they lie, which finds text and the metadata of images, and what is packed within. Never
 * rejects.
 */
export async function scanFile(scanner: Scanner, path: string): Promise<{ read: FileRead; bytes: number }> {
  let bytes = 0;
  try {
    const plain = await scanStream(scanner, createReadStream(path));
    bytes = plain.bytes;
    return { read: await scanPacked(scanner, path, plain.head, bytes), bytes };
  } catch {
    return { read: 'unread', bytes };
  }
}

async function scanPacked(scanner: Scanner, path: string, head: Buffer, size: number): Promise<FileRead> {
  if (begins(head, ZIP)) return scanZip(scanner, path);
  if (begins(head, GZIP)) {
    const unpacked = await scanStream(scanner, limited(createReadStream(path).pipe(createGunzip())));
    return isPacked(unpacked.head) ? 'unread' : 'read';
  }
  if (begins(head, PDF)) {
    return size > MOST_PDF ? 'unread' : scanPdf(scanner, await buffer(createReadStream(path)));
  }
  for (const [mark, encoding] of [
    ['\xff\xfe', 'utf-16le'],
    ['\xfe\xff', 'utf-16be'],
  ] as const) {
    if (!begins(head, mark)) continue;
    await scanStream(scanner, textOfUtf16(createReadStream(path), encoding));
    return 'read';
  }
  return isOpaque(head) ? 'unread' : 'read';
}

async function* limited(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > MOST_UNPACKED) throw new Error('it unpacks to more than is read');
    yield chunk;
  }
}

/** DOCX, XLSX, OpenDocument, and any other zip: each entry, and the text of XML without the tags that cut words. */
async function scanZip(scanner: Scanner, path: string): Promise<FileRead> {
  const zip = await yauzl.openPromise(path);
  let read: FileRead = 'read';
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith('/')) continue;
      scanText(scanner, name);
      if ((entry.generalPurposeBitFlag & 1) !== 0) {
        read = 'unread';
        continue;
      }
      const content = async () => limited(await zip.openReadStreamPromise(entry));
      const { head } = await scanStream(scanner, await content());
      if (/\.(xml|rels|xhtml)$/i.test(name)) await scanStream(scanner, textOfXml(await content()));
      // A packed file within: what it holds is not looked into.
      else if (isPacked(head)) read = 'unread';
    }
  } finally {
    zip.close();
  }
  return read;
}
