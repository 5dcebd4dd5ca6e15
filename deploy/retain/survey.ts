import { UsageError } from '../../harness/errors.ts';
import type { RegistryClient } from '../registry/client.ts';
import { inParallel } from '../registry/in-parallel.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type Digest, isDigest } from '../registry/reference.ts';

const AT_ONCE = 8;

/** What a repository holds under its tags, and what it names by digest. */
export interface Survey {
  /** Every tag, with the manifest that it names. */
  tags: ReadonlyMap<string, Manifest>;
  /** What each manifest has in it, itself included: children of an index, and theirs. */
  within: ReadonlyMap<Digest, ReadonlySet<Digest>>;
}

/** Resolves every tag of a repository. A tag that is gone meanwhile is left out; what can't be read throws. */
export async function surveyRepository(registry: RegistryClient): Promise<Survey> {
  const tags = new Map<string, Manifest>();
  const within = new Map<Digest, ReadonlySet<Digest>>();
  await inParallel(AT_ONCE, await registry.listTags(), async (tag) => {
    const manifest = await registry.getManifest(tag);
    if (manifest === undefined) return;
    tags.set(tag, manifest);
    if (!within.has(manifest.digest)) within.set(manifest.digest, await allWithin(registry, manifest));
  });
  return { tags, within };
}

/** The digests that tags name now, not read but asked for. */
export async function resolveTags(registry: RegistryClient): Promise<Map<string, Digest>> {
  const digests = new Map<string, Digest>();
  await inParallel(AT_ONCE, await registry.listTags(), async (tag) => {
    const digest = await registry.headManifest(tag);
    if (digest !== undefined) digests.set(tag, digest);
  });
  return digests;
}

/** What a manifest has in it, itself included. A child that is not there has none. */
export async function allWithin(registry: RegistryClient, root: Manifest): Promise<Set<Digest>> {
  const seen = new Set<Digest>([root.digest]);
  const waiting = [...root.children];
  for (let child = waiting.pop(); child !== undefined; child = waiting.pop()) {
    if (seen.has(child.digest)) continue;
    seen.add(child.digest);
    if (child.mayNest) waiting.push(...((await registry.getManifest(child.digest))?.children ?? []));
  }
  return seen;
}

/**
 * The digests that `--protect` means. What is not there is an error: a slip of the pen would give free what runs.
 * Throws `UsageError('retain-protect')`.
 */
export async function protectedDigests(
  registry: RegistryClient,
  { tags }: Survey,
  protect: readonly string[],
): Promise<Map<Digest, string>> {
  const named = new Map<Digest, string>();
  for (const text of protect) {
    const found = isDigest(text) ? await registry.getManifest(text) : tags.get(text);
    if (found === undefined) {
      throw new UsageError('retain-protect', `There is no ${JSON.stringify(text.slice(0, 150))} to protect.`, {
        next: 'Give tags or digests that are in the repository; nothing was deleted.',
      });
    }
    for (const digest of await allWithin(registry, found)) named.set(digest, text);
  }
  return named;
}
