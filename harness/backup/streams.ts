import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Digest } from './backup.ts';

/** `source` read through `transform`; an error of either comes out of the result. */
export function through(source: Readable, transform: Transform): Readable {
  pipeline(source, transform).catch(() => {});
  return transform;
}

/** A file's content, unpacked if it is gzip. */
export async function openPossiblyGzipped(path: string): Promise<Readable> {
  return isGzip(await headOf(path, 2)) ? through(createReadStream(path), createGunzip()) : createReadStream(path);
}

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Tells whether a file is still the same, without reading it. */
export async function identityOf(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

/** The first bytes of a file. */
export async function headOf(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Hex digest of all that a stream holds. */
export async function hashOf(algorithm: 'sha1' | 'sha256', content: Readable, signal?: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of content) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** The same digest that `sha256sum` prints. */
export async function digestOfFile(path: string, signal?: AbortSignal): Promise<Digest> {
  return `sha256:${await hashOf('sha256', createReadStream(path), signal)}`;
}
