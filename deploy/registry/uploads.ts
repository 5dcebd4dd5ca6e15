import { DIGEST_HEADER, errorCodes, pathAt } from './answers.ts';
import { RegistryDistrusted, RegistryStatusError, RegistryUnreachable } from './errors.ts';
import { type Chunks, type HttpAnswer, isPassing } from './http.ts';
import { isChunks } from './http-request.ts';
import type { Blob } from './manifest.ts';
import type { Digest } from './reference.ts';
import type { Session } from './session.ts';

export type SizedDigest = Pick<Blob, 'digest' | 'size'>;

/** Upload sessions of one repository. */
export interface Uploads {
  /** Where they begin. */
  path: string;
  /** One try to store a blob whole: opens an upload, sends the bytes, and cancels it when that fails. */
  store(blob: SizedDigest, body: Uint8Array<ArrayBuffer> | Chunks): Promise<void>;
  /** Cancels the upload that an answer opened. */
  cancel(opened: HttpAnswer): Promise<void>;
}

export function uploadsOf({ base, url, options, send }: Session): Uploads {
  const path = `${base}/blobs/uploads/`;

  /** The bytes and the login go there, so it has to be at the registry itself. */
  function locationOf(opened: HttpAnswer): string {
    const location = opened.headers.get('location');
    if (location === null) {
      throw new RegistryDistrusted('registry-answer', 'The registry does not say where to upload.');
    }
    return pathAt(new URL(path, url), location, 'The registry wants the upload');
  }

  async function cancelAt(location: string): Promise<void> {
    // What stays open the registry purges by itself.
    await send({ method: 'DELETE', path: location, actions: 'pull,push' }).catch(() => {});
    options.signal?.throwIfAborted();
  }

  return {
    path,
    cancel: (opened) => cancelAt(locationOf(opened)),
    store: async ({ digest, size }, body) => {
      const opened = await send({ method: 'POST', path, actions: 'pull,push' });
      if (opened.status !== 202) throw new RegistryStatusError(`POST ${path}`, opened.status, errorCodes(opened));
      const location = locationOf(opened);
      try {
        const length = isChunks(body) ? { 'content-length': String(size) } : {};
        const headers = { 'content-type': 'application/octet-stream', ...length };
        const closing = withDigest(location, digest);
        const answer = await send({ method: 'PUT', path: closing, headers, body, once: true, actions: 'pull,push' });
        if (answer.status !== 201) throw new RegistryStatusError('the upload', answer.status, errorCodes(answer));
        const stored = answer.headers.get(DIGEST_HEADER);
        if (stored === null || stored === digest) return;
        throw new RegistryDistrusted('registry-digest', `The registry stored the blob ${digest} under another digest.`);
      } catch (error) {
        await cancelAt(location);
        throw error;
      }
    },
  };
}

/** Whether a new upload may do better: 401 is a token that ended meanwhile, 404 an upload that the registry lost. */
export function mayPass(error: unknown): boolean {
  if (error instanceof RegistryStatusError) return isPassing(error.status) || [401, 404].includes(error.status);
  return error instanceof RegistryUnreachable;
}

/** Added at the end: what the registry wrote before it may be signed. */
function withDigest(location: string, digest: Digest): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}
