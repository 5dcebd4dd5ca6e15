import { type Blobs, blobsOf } from './blobs.ts';
import type { HttpOptions } from './http.ts';
import { type Manifests, manifestsOf } from './manifests.ts';
import type { Digest, Repository } from './reference.ts';
import { openSession, type Session } from './session.ts';
import { listReferrers, listTags } from './tags.ts';

/**
 * One repository in an OCI registry. Absent is an answer (undefined), and only when the registry says so in its own
 * words; 401, 403, 429, 5xx and broken connections throw the typed errors of `errors.ts`.
 */
export interface RegistryClient extends Manifests, Blobs {
  repository: Repository;
  /** For requests that have no method of their own. */
  session: Session;
  /** All tags, in no order. */
  listTags(): Promise<string[]>;
  /** The manifests that say they belong to this one; undefined where the registry has no referrers API. */
  listReferrers(digest: Digest): Promise<Digest[] | undefined>;
}

/** A client for a repository: https, or http on loopback. Logs in with what `docker login` stored, when asked. */
export function connectRegistry(repository: Repository, options: HttpOptions = {}): RegistryClient {
  const session = openSession(repository, options);
  return {
    repository,
    session,
    ...manifestsOf(session),
    ...blobsOf(session),
    listTags: () => listTags(session),
    listReferrers: (digest) => listReferrers(session, digest),
  };
}
