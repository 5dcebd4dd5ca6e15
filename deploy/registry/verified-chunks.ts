import { createHash } from 'node:crypto';
import { RegistryDistrusted } from './errors.ts';
import type { Chunks } from './http.ts';
import type { Blob } from './manifest.ts';

/**
 * Passes a blob on, one chunk behind: the last one leaves only when all of them are what size and digest say. So whoever
 * receives them never gets a wrong blob whole.
 */
export async function* verifiedChunks(chunks: Chunks, { digest, size }: Omit<Blob, 'isForeign'>): Chunks {
  const hash = createHash('sha256');
  let received = 0;
  let held: Uint8Array<ArrayBuffer> | undefined;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    received += chunk.length;
    if (received > size) break;
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (received !== size || `sha256:${hash.digest('hex')}` !== digest) {
    throw new RegistryDistrusted('registry-digest', `The registry sent the blob ${digest} with other bytes than that.`);
  }
  if (held !== undefined) yield held;
}
