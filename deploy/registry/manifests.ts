import { DIGEST_HEADER, errorCodes, isSuccess, saysAbsent } from './answers.ts';
import { RegistryDistrusted, RegistryStatusError } from './errors.ts';
import { ACCEPTED_MANIFESTS, type Manifest, readManifest } from './manifest.ts';
import { type Digest, isDigest } from './reference.ts';
import type { Session } from './session.ts';

/** Manifests of one repository. A reference is a tag or a digest. */
export interface Manifests {
  /** Hashed, and compared with what the registry calls it. */
  getManifest(reference: string): Promise<Manifest | undefined>;
  /** What the registry says the digest is; the bytes are not looked at. */
  headManifest(reference: string): Promise<Digest | undefined>;
  /** Sets a tag, or stores under its digest alone; no blob moves. */
  putManifest(reference: string, manifest: Pick<Manifest, 'bytes' | 'mediaType' | 'digest'>): Promise<void>;
  /** Deletes a manifest with every tag that names it. `unsupported` where the registry does not delete at all. */
  deleteManifest(digest: Digest): Promise<'deleted' | 'absent' | 'unsupported'>;
}

// Compressed on the way, a proxy could hand out bytes that are hard to compare.
const HEADERS = { accept: ACCEPTED_MANIFESTS, 'accept-encoding': 'identity' };

export function manifestsOf({ base, send }: Session): Manifests {
  const pathOf = (reference: string) => `${base}/manifests/${reference}`;

  async function getManifest(reference: string): Promise<Manifest | undefined> {
    const path = pathOf(reference);
    const answer = await send({ method: 'GET', path, headers: HEADERS, actions: 'pull' });
    if (saysAbsent(answer)) return undefined;
    if (answer.status !== 200) throw new RegistryStatusError(`GET ${path}`, answer.status, errorCodes(answer));
    const manifest = readManifest(answer.body, answer.headers.get('content-type'));
    const claimed = isDigest(reference) ? reference : answer.headers.get(DIGEST_HEADER);
    if (claimed !== null && claimed !== manifest.digest) {
      throw new RegistryDistrusted(
        'registry-digest',
        `The registry sent ${path} with other bytes than its digest says.`,
      );
    }
    return manifest;
  }

  async function headManifest(reference: string): Promise<Digest | undefined> {
    const path = pathOf(reference);
    const answer = await send({ method: 'HEAD', path, headers: HEADERS, actions: 'pull' });
    const digest = answer.headers.get(DIGEST_HEADER);
    // A 404 without a body may be any web server's, and not every registry sends the header: ask for the whole.
    if (answer.status === 404 || (answer.status === 200 && digest === null)) {
      return (await getManifest(reference))?.digest;
    }
    if (answer.status !== 200) throw new RegistryStatusError(`HEAD ${path}`, answer.status);
    if (digest !== null && isDigest(digest)) return digest;
    throw new RegistryDistrusted('registry-digest', `The registry names ${path} by something that is not a digest.`);
  }

  return {
    getManifest,
    headManifest,
    putManifest: async (reference, { bytes, mediaType, digest }) => {
      const path = pathOf(reference);
      const headers = { 'content-type': mediaType };
      const answer = await send({ method: 'PUT', path, headers, body: bytes, actions: 'pull,push' });
      if (!isSuccess(answer)) throw new RegistryStatusError(`PUT ${path}`, answer.status, errorCodes(answer));
      const stored = answer.headers.get(DIGEST_HEADER);
      if (stored !== null && stored !== digest) {
        throw new RegistryDistrusted('registry-digest', `The registry stored ${path} under another digest.`);
      }
    },
    deleteManifest: async (digest) => {
      const path = pathOf(digest);
      const answer = await send({ method: 'DELETE', path, actions: 'pull,push,delete' });
      if (isSuccess(answer)) return 'deleted';
      if (saysAbsent(answer)) return 'absent';
      const codes = errorCodes(answer);
      if (answer.status === 405 || (answer.status === 400 && codes.includes('UNSUPPORTED'))) return 'unsupported';
      throw new RegistryStatusError(`DELETE ${path}`, answer.status, codes);
    },
  };
}
