import { ImageIncomplete, RegistryDistrusted } from './errors.ts';
import type { Blob, Manifest } from './manifest.ts';
import type { Manifests } from './manifests.ts';
import type { Digest, Repository } from './reference.ts';

/** All that an image consists of, as one repository has it. */
export interface ImageParts {
  /** Children before what names them; the image itself is the last. */
  manifests: readonly Manifest[];
  /** Each once; foreign layers are left out, as no registry has to hold them. */
  blobs: readonly Blob[];
}

// Images in use nest one index in another at the most.
const DEEPEST = 4;
const MOST_MANIFESTS = 500;

/**
 * Reads every manifest of an image, down through nested indexes. Throws `ImageIncomplete` for one that is not there, and
 * `RegistryDistrusted` for nesting without end.
 */
export async function imageParts(
  source: Pick<Manifests, 'getManifest'> & { repository: Repository },
  image: Manifest,
): Promise<ImageParts> {
  const manifests = new Map<Digest, Manifest>();
  const blobs = new Map<Digest, Blob>();

  async function visit(manifest: Manifest, depth: number): Promise<void> {
    if (depth > DEEPEST) throw tooMuch(`nests indexes more than ${DEEPEST} deep`);
    for (const { digest, platform } of manifest.children) {
      if (manifests.has(digest)) continue;
      if (manifests.size >= MOST_MANIFESTS) throw tooMuch(`has more than ${MOST_MANIFESTS} manifests`);
      const child = await source.getManifest(digest);
      if (child === undefined) {
        throw new ImageIncomplete(`The manifest ${digest}${platform ? ` (${platform})` : ''}`, source.repository);
      }
      await visit(child, depth + 1);
    }
    manifests.set(manifest.digest, manifest);
    for (const blob of manifest.blobs) if (!blob.isForeign) blobs.set(blob.digest, blob);
  }

  await visit(image, 1);
  return { manifests: [...manifests.values()], blobs: [...blobs.values()] };
}

/** Every digest by which an image, or a part of it, can be asked for: manifests and blobs. */
export function digestsOf({ manifests, blobs }: ImageParts): Set<Digest> {
  return new Set([...manifests, ...blobs].map(({ digest }) => digest));
}

function tooMuch(what: string): RegistryDistrusted {
  return new RegistryDistrusted('registry-manifest', `The registry sent an image that ${what}.`);
}
