import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGunzip, inflateSync } from 'node:zlib';
import yauzl from 'yauzl';
import type { Scanner } from './scanner.ts';

/** Longer than any value with what may stand around it. */
const OVERLAP = 2048;
const MOST_UNPACKED = 64 * 1024 * 1024;
/** Tags at which a word ends, in documents of Office and OpenDocument; the others lie within words. */
const WORD_ENDS = /<\/(?:w:p|text:p|text:h|si|c|a:p|table:table-cell|row)>|<(?:w:br|w:tab|text:s|text:tab)\b[^>]*>/g;

const ZIP = 'PK\x03\x04';
const GZIP = '\x1f\x8b';
const PDF = '%PDF';
const PACKED = [ZIP, GZIP, PDF];

/** `unread` where part of what it holds is packed in a way that can't be read. */
export type FileRead = 'read' | 'unread';

/** Scans one file: its bytes as they lie, which finds text and the metadata of images, and what is packed within. */
export async function scanFile(scanner: Scanner, path: string): Promise<{ read: FileRead; bytes: number }> {
  const { head, bytes } = await scanStream(scanner, createReadStream(path));
  return { read: await scanPacked(scanner, path, head, bytes), bytes };
}

async function scanStream(scanner: Scanner, stream: AsyncIterable<Buffer>): Promise<{ head: Buffer; bytes: number }> {
  let head: Buffer | undefined;
  let rest: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of stream) {
    head ??= Buffer.from(chunk.subarray(0, 8));
    bytes += chunk.length;
    const joined = Buffer.concat([rest, chunk]);
    scanner.scan(joined, 0, joined.length);
    rest = joined.subarray(Math.max(0, joined.length - OVERLAP));
  }
  return { head: head ?? Buffer.alloc(0), bytes };
}

async function scanPacked(scanner: Scanner, path: string, head: Buffer, size: number): Promise<FileRead> {
  const starts = (magic: string) => head.toString('latin1').startsWith(magic);
  try {
    if (starts(ZIP)) return await scanZip(scanner, path);
    if (starts(GZIP)) {
      await scanStream(scanner, limited(createReadStream(path).pipe(createGunzip())));
      return 'read';
    }
    if (starts(PDF)) {
      return size > MOST_UNPACKED ? 'unread' : scanPdf(scanner, await buffer(createReadStream(path)));
    }
    if (starts('\xff\xfe') || starts('\xfe\xff')) return await scanUtf16(scanner, path, size);
  } catch {
    return 'unread';
  }
  // Old Office documents, 7z, RAR, bzip2, xz, zstd, encrypted mail.
  const opaque = ['\xd0\xcf\x11\xe0', '7z\xbc\xaf', 'Rar!', 'BZh', '\xfd7zXZ', '\x28\xb5\x2f\xfd'];
  return opaque.some(starts) ? 'unread' : 'read';
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
      if ((entry.generalPurposeBitFlag & 1) !== 0 || entry.uncompressedSize > MOST_UNPACKED) {
        read = 'unread';
        continue;
      }
      const content = await buffer(await zip.openReadStreamPromise(entry));
      scanner.scan(content, 0, content.length);
      if (/\.(xml|rels|xhtml)$/i.test(name)) scanText(scanner, withoutTags(content.toString('utf8')));
      // A packed file within: what it holds is not looked into.
      else if (PACKED.some((magic) => content.subarray(0, 4).toString('latin1').startsWith(magic))) read = 'unread';
    }
  } finally {
    zip.close();
  }
  return read;
}

function withoutTags(xml: string): string {
  return xml.replace(WORD_ENDS, ' ').replace(/<[^>]*>/g, '');
}

function scanText(scanner: Scanner, text: string): void {
  const bytes = Buffer.from(text);
  scanner.scan(bytes, 0, bytes.length);
}

/**
 * The text of streams that are deflated or plain. Unread where it is encrypted, or its fonts number their glyphs in their
 * own way: only a renderer gets words out of those.
 */
function scanPdf(scanner: Scanner, file: Buffer): FileRead {
  const text = file.toString('latin1');
  if (/\/Encrypt\b/.test(text)) return 'unread';
  let read: FileRead = 'read';
  let unpacked = 0;
  for (const { index, 0: keyword } of text.matchAll(/stream\r?\n/g)) {
    if (text.slice(index - 3, index) === 'end') continue;
    const dictionary = text.slice(Math.max(0, text.lastIndexOf(' obj', index)), index);
    const end = text.indexOf('endstream', index);
    if (
      end < 0 ||
      /\/Subtype\s*\/Image\b|\/FontFile|\/Length1\b|\/Subtype\s*\/(Type1C|CIDFontType0C|OpenType)/.test(dictionary)
    )
      continue;
    const raw = file.subarray(index + keyword.length, end);
    let content = raw;
    if (/\/FlateDecode\b/.test(dictionary)) {
      try {
        content = inflateSync(raw, { maxOutputLength: MOST_UNPACKED, finishFlush: 2 });
      } catch {
        read = 'unread';
        continue;
      }
    } else if (/\/Filter\b/.test(dictionary)) {
      read = 'unread';
      continue;
    }
    unpacked += content.length;
    if (unpacked > MOST_UNPACKED) return 'unread';
    const shown = content.toString('latin1');
    scanner.scan(content, 0, content.length);
    scanText(scanner, shownText(shown));
    if (/\/Identity-H\b/.test(shown)) read = 'unread';
  }
  return /\/Identity-H\b/.test(text) ? 'unread' : read;
}

/** Strings, the brackets of an array, the gaps within it. Bounded, so that bytes that only look like it cost no more. */
const SHOWN = /\(((?:[^()\\]|\\.){0,2000})\)|([[\]])|(-?\d{1,9}(?:\.\d{1,9})?)/gs;
const WIDE_GAP = -150;

/** What the operators Tj and TJ show: pieces within one array belong together unless a gap is wide. */
function shownText(content: string): string {
  if (!/T[jJ]/.test(content)) return '';
  let shown = '';
  let within = false;
  for (const [, piece, bracket, gap] of content.matchAll(SHOWN)) {
    if (bracket !== undefined) within = bracket === '[';
    if (piece !== undefined) shown += piece.replace(/\\(?=[()\\])/g, '');
    if (!within || (gap !== undefined && Number(gap) < WIDE_GAP)) shown += ' ';
  }
  return shown;
}

async function scanUtf16(scanner: Scanner, path: string, size: number): Promise<FileRead> {
  if (size > MOST_UNPACKED) return 'unread';
  const content = await buffer(createReadStream(path));
  const label = content[0] === 0xff ? 'utf-16le' : 'utf-16be';
  scanText(scanner, new TextDecoder(label).decode(content));
  return 'read';
}
