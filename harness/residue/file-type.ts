export const ZIP = 'PK\x03\x04';
export const GZIP = '\x1f\x8b';
export const PDF = '%PDF';
/** Old Office documents, 7z, RAR, bzip2, xz, zstd, encrypted mail. */
const OPAQUE = ['\xd0\xcf\x11\xe0', '7z\xbc\xaf', 'Rar!', 'BZh', '\xfd7zXZ', '\x28\xb5\x2f\xfd'];

/** `unread` where part of what a file holds is packed in a way that can't be read. */
export type FileRead = 'read' | 'unread';

export function isPacked(bytes: Uint8Array): boolean {
  return [ZIP, GZIP, PDF, ...OPAQUE].some((mark) => begins(bytes, mark));
}

export function isOpaque(bytes: Uint8Array): boolean {
  return OPAQUE.some((mark) => begins(bytes, mark));
}

export function begins(bytes: Uint8Array, mark: string): boolean {
  return Buffer.from(bytes.subarray(0, mark.length)).toString('latin1') === mark;
}
