import { errorCodes, saysAbsent } from './answers.ts';
import {
  ImageIncomplete,
  RegistryDistrusted,
  RegistryForbidden,
  RegistryLoginRefused,
  RegistryStatusError,
} from './errors.ts';
import { type Chunks, pause } from './http.ts';
import { digestOf } from './manifest.ts';
import type { Digest, Repository } from './reference.ts';
import type { Session } from './session.ts';
import { mayPass, type SizedDigest, uploadsOf } from './uploads.ts';
import { verifiedChunks } from './verified-chunks.ts';

/** Blobs of one repository: the configurations and layers of its images. */
export interface Blobs {
  hasBlob(digest: Digest): Promise<boolean>;
  /** Its bytes as they come, not yet verified; undefined when the registry says that it has none. */
  readBlob(digest: Digest): Promise<Chunks | undefined>;
  /** Takes a blob over from another repository of the same registry, without moving it. */
  mountBlob(digest: Digest, fromRepository: string): Promise<'mounted' | 'refused'>;
  /** Streams a blob from elsewhere, verified, in memory that does not grow with it. Throws `ImageIncomplete`. */
  copyBlob(blob: SizedDigest, source: BlobSource): Promise<void>;
  /** A small blob, in one go. */
  putBlob(bytes: Uint8Array<ArrayBuffer>): Promise<SizedDigest>;
}

type BlobSource = Pick<Blobs, 'readBlob'> & { repository: Repository };

const TRIES = 3;

export function blobsOf(session: Session): Blobs {
  const { base, options, send } = session;
  const uploads = uploadsOf(session);

  /** A bare 404 will do for absent: the worst that follows is that the blob is copied again, or an error. */
  async function hasBlob(digest: Digest): Promise<boolean> {
    const path = `${base}/blobs/${digest}`;
    const answer = await send({ method: 'HEAD', path, actions: 'pull' });
    if (answer.status !== 200 && answer.status !== 404) throw new RegistryStatusError(`HEAD ${path}`, answer.status);
    return answer.status === 200;
  }

  async function confirm(digest: Digest, what: string): Promise<void> {
    if (await hasBlob(digest)) return;
    throw new RegistryDistrusted(
      'registry-blob',
      `The registry says that it ${what} the blob ${digest}, and lacks it.`,
    );
  }

  /** An upload can't be repeated as it is: each try is a new one, unless the one before did it after all. */
  async function upload(blob: SizedDigest, attempt: () => Promise<void>): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        await attempt();
        break;
      } catch (error) {
        if (tried === TRIES || !mayPass(error)) throw error;
        await pause((options.retryDelayMs ?? 250) * 2 ** tried, options);
        if (await hasBlob(blob.digest)) break;
      }
    }
    await confirm(blob.digest, 'stored');
  }

  async function tryCopy(blob: SizedDigest, source: BlobSource): Promise<void> {
    let fault: unknown;
    try {
      await uploads.store(blob, sourceChunks());
    } catch (error) {
      // What failed at the source is told by the upload as a broken connection of its own.
      throw fault ?? error;
    }
    async function* sourceChunks(): Chunks {
      try {
        const chunks = await source.readBlob(blob.digest);
        if (chunks === undefined) throw new ImageIncomplete(`The blob ${blob.digest}`, source.repository);
        yield* verifiedChunks(chunks, blob);
      } catch (error) {
        fault = error;
        throw error;
      }
    }
  }

  async function readBlob(digest: Digest): Promise<Chunks | undefined> {
    const path = `${base}/blobs/${digest}`;
    const headers = { 'accept-encoding': 'identity' };
    const answer = await send({ method: 'GET', path, headers, streamed: true, actions: 'pull' });
    if (saysAbsent(answer)) return undefined;
    if (answer.stream === undefined) throw new RegistryStatusError(`GET ${path}`, answer.status, errorCodes(answer));
    return answer.stream;
  }

  async function mountBlob(digest: Digest, fromRepository: string): Promise<'mounted' | 'refused'> {
    const query = new URLSearchParams({ mount: digest, from: fromRepository });
    const path = `${uploads.path}?${query}`;
    const answer = await send({ method: 'POST', path, actions: 'pull,push', alsoPull: fromRepository }).catch(refusal);
    if (answer === undefined) return 'refused';
    if (answer.status === 202) {
      await uploads.cancel(answer);
      return 'refused';
    }
    if (answer.status !== 201) throw new RegistryStatusError(`POST ${uploads.path}`, answer.status, errorCodes(answer));
    await confirm(digest, 'mounted');
    return 'mounted';
  }

  return {
    hasBlob,
    readBlob,
    mountBlob,
    copyBlob: (blob, source) => upload(blob, () => tryCopy(blob, source)),
    putBlob: async (bytes) => {
      const blob = { digest: digestOf(bytes), size: bytes.length };
      if (!(await hasBlob(blob.digest))) await upload(blob, () => uploads.store(blob, bytes));
      return blob;
    },
  };
}

/** A login that may not read there can't mount, but copying may still go; it tells its own reasons. */
function refusal(error: unknown): undefined {
  if (error instanceof RegistryForbidden || error instanceof RegistryLoginRefused) return undefined;
  throw error;
}
