import type { RegistryClient } from './client.ts';
import { RegistryDistrusted } from './errors.ts';
import { imageParts } from './image-parts.ts';
import { inParallel } from './in-parallel.ts';
import type { Blob, Manifest } from './manifest.ts';

/** How the image's blobs came to be in the target. */
export interface Copied {
  mounted: number;
  copied: number;
  present: number;
  /** Of the copied ones. */
  bytesCopied: number;
}

const AT_ONCE = 4;

/**
 * Brings an image into another repository, byte for byte, with every platform: blobs first (mounted within one registry,
 * copied where that is refused), then children by digest, and `reference`, a tag or the image's own digest, last of all.
 * Whatever fails, `reference` is not set. Throws `ImageIncomplete` for a part that the source lacks.
 */
export async function copyImage(
  source: RegistryClient,
  target: RegistryClient,
  image: Manifest,
  reference: string,
): Promise<Copied> {
  const { manifests, blobs } = await imageParts(source, image);
  const outcome: Copied = { mounted: 0, copied: 0, present: 0, bytesCopied: 0 };
  await inParallel(AT_ONCE, blobs, async (blob) => {
    const how = await bringBlob(source, target, blob);
    outcome[how] += 1;
    if (how === 'copied') outcome.bytesCopied += blob.size;
  });
  for (const child of manifests.filter(({ digest }) => digest !== image.digest)) {
    await target.putManifest(child.digest, child);
    if ((await target.headManifest(child.digest)) === child.digest) continue;
    throw new RegistryDistrusted('registry-digest', `The registry stored ${child.digest}, and does not have it.`);
  }
  await target.putManifest(reference, image);
  return outcome;
}

async function bringBlob(
  source: RegistryClient,
  target: RegistryClient,
  blob: Blob,
): Promise<'mounted' | 'copied' | 'present'> {
  if (await target.hasBlob(blob.digest)) return 'present';
  const isSameRegistry = source.repository.registry === target.repository.registry;
  if (isSameRegistry && (await target.mountBlob(blob.digest, source.repository.name)) === 'mounted') return 'mounted';
  await target.copyBlob(blob, source);
  return 'copied';
}
