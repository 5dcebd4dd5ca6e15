import { InfrastructureError } from '../../harness/errors.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { Digest } from '../registry/reference.ts';

/** Where the source tag points after the promotion, when no longer at what was promoted. */
export type MovedSource = Digest | 'absent' | 'unknown';

/** Both ways of reading must give what was written: another promotion may have come in between. */
export async function confirmTag(registry: RegistryClient, to: string, source: Manifest): Promise<void> {
  const named = await registry.headManifest(to);
  const stored = await registry.getManifest(to);
  if (named === source.digest && stored?.digest === source.digest && stored.mediaType === source.mediaType) return;
  const found = stored?.digest ?? 'nothing';
  throw new InfrastructureError('promote-read-back', `${to} was set to ${source.digest}, but reads back as ${found}.`, {
    next: `Somebody else sets ${to}, or the registry is stale: look at who pushed it before anything runs from it.`,
  });
}

/** The promotion stands whatever this finds: it went by digest. */
export async function movedSourceOf(
  registry: RegistryClient,
  from: string,
  digest: Digest,
): Promise<MovedSource | undefined> {
  try {
    const current = await registry.headManifest(from);
    return current === digest ? undefined : (current ?? 'absent');
  } catch {
    return 'unknown';
  }
}
