import { corrupt } from './backup-errors.ts';

export interface ArchiveHeader {
  format: 'custom' | 'tar' | 'directory';
  postgresMajor: number;
}

const FORMATS: Record<number, ArchiveHeader['format']> = { 1: 'custom', 3: 'tar', 5: 'directory' };

/** Reads the header that custom dumps and a directory dump's toc.dat begin with (pg_backup_archiver.c, WriteHead). */
export function readArchiveHeader(path: string, head: Buffer): ArchiveHeader {
  try {
    return parse(head);
  } catch (cause) {
    throw corrupt(path, 'the header of the dump is cut off or not of pg_dump', cause);
  }
}

function parse(head: Buffer): ArchiveHeader {
  if (head.toString('latin1', 0, 5) !== 'PGDMP') throw new Error('no PGDMP');
  const version = head.readUInt8(5) * 100 + head.readUInt8(6);
  const intSize = head.readUInt8(8);
  const format = FORMATS[head.readUInt8(10)];
  if (format === undefined || intSize < 1 || intSize > 6) throw new Error('no such format');
  let at = 11;
  const readInt = () => {
    const sign = head.readUInt8(at) === 0 ? 1 : -1;
    const value = sign * head.readUIntLE(at + 1, intSize);
    at += 1 + intSize;
    return value;
  };
  const readString = () => {
    const length = readInt();
    if (length < 0) return '';
    if (length > 4096 || at + length > head.length) throw new Error('no such string');
    at += length;
    return head.toString('utf8', at - length, at);
  };
  // Since 1.15 (Postgres 16) the compression is one byte that names the algorithm.
  if (version >= 115) at += 1;
  else readInt();
  const DATE_FIELDS = 7;
  for (let field = 0; field < DATE_FIELDS; field += 1) readInt();
  readString();
  const versions = [readString(), readString()].map((text) => Number.parseInt(text, 10));
  if (versions.some(Number.isNaN)) throw new Error('no version');
  return { format, postgresMajor: Math.max(...versions) };
}
