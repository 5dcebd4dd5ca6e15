import { randomBytes } from 'node:crypto';
import { GateError } from '../../harness/errors.ts';
import { DIGEST_HEADER } from './answers.ts';
import type { RegistryClient } from './client.ts';
import { RegistryForbidden, RegistryLoginRefused } from './errors.ts';
import { exchange } from './http.ts';
import { ACCEPTED_MANIFESTS, digestOf } from './manifest.ts';
import type { Digest } from './reference.ts';

type Answer = 'yes' | 'no' | 'unknown';

/** What a registry can do for this login; `unknown` where it did not say. */
export interface Capabilities {
  /** It says that it speaks version 2 of the API. */
  apiVersion: Answer;
  /** It names the digest of a tag in a header. */
  digestHeader: Answer;
  /** It lists what belongs to an image. */
  referrers: Answer;
  /** It deletes manifests; `no` also where only this login may not. */
  deletes: Answer;
}

/**
 * Asks a registry what it can do, without changing anything in it: it is asked to delete and to list what belongs to a
 * digest that nothing has. `reference` is a tag or digest that is there; without one the first tag is taken.
 */
export async function probeCapabilities(registry: RegistryClient, reference?: string): Promise<Capabilities> {
  const nobodys = digestOf(randomBytes(32));
  const [apiVersion, digestHeader, referrers, deletes] = await Promise.all([
    answered(saysVersion(registry)),
    answered(sendsDigest(registry, reference)),
    answered(registry.listReferrers(nobodys).then((listed) => listed !== undefined)),
    probeDelete(registry, nobodys),
  ]);
  return { apiVersion, digestHeader, referrers, deletes };
}

/** Whether this login can delete from the repository; nothing is deleted. */
export async function probeDelete(registry: RegistryClient, nobodys: Digest = digestOf(randomBytes(32))) {
  return answered(
    registry.deleteManifest(nobodys).then(
      // A registry that deletes what nobody has does not look.
      (outcome) => ({ absent: true, unsupported: false, deleted: undefined })[outcome],
      (error: unknown) => {
        if (error instanceof RegistryForbidden || error instanceof RegistryLoginRefused) return false;
        throw error;
      },
    ),
  );
}

async function saysVersion({ session }: RegistryClient): Promise<boolean | undefined> {
  // Without a login: what answers 401 has the header too.
  const url = new URL('/v2/', session.url);
  const { status, headers } = await exchange({ method: 'GET', url, headers: {} }, session.options);
  if (status !== 200 && status !== 401) return undefined;
  return headers.get('docker-distribution-api-version')?.includes('registry/2.0') ?? false;
}

async function sendsDigest(registry: RegistryClient, reference?: string): Promise<boolean | undefined> {
  const known = reference ?? (await registry.listTags())[0];
  if (known === undefined) return undefined;
  const { session } = registry;
  const path = `${session.base}/manifests/${known}`;
  const answer = await session.send({ method: 'HEAD', path, headers: { accept: ACCEPTED_MANIFESTS }, actions: 'pull' });
  return answer.status === 200 ? answer.headers.has(DIGEST_HEADER) : undefined;
}

async function answered(question: Promise<boolean | undefined>): Promise<Answer> {
  try {
    const answer = await question;
    return answer === undefined ? 'unknown' : answer ? 'yes' : 'no';
  } catch (error) {
    if (error instanceof GateError) return 'unknown';
    throw error;
  }
}
