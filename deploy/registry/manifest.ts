import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RegistryDistrusted } from './errors.ts';
import { type Digest, isDigest } from './reference.ts';

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const IMAGE_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** All types asked for at once: a missing one makes a registry answer 404, or with one platform's manifest. */
export const ACCEPTED_MANIFESTS = [...INDEX_TYPES, ...IMAGE_TYPES, '*/*'].join(', ');

/** A manifest byte for byte: serialised anew it would have another digest. */
export interface Manifest {
  bytes: Uint8Array<ArrayBuffer>;
  mediaType: string;
  /** Of the bytes, computed here. */
  digest: Digest;
  /** The platforms' manifests of an index; empty for a single image. */
  children: readonly Child[];
  /** Configuration and layers of a single image; empty for an index. */
  blobs: readonly Blob[];
  /** What it belongs to, as a signature or SBOM does. */
  subject?: Digest;
  /** What it is, when it is no image to run. */
  artifactType?: string;
}

interface Child {
  digest: Digest;
  /** `linux/arm64`. */
  platform?: string;
  /** Whether it may have children itself. */
  mayNest: boolean;
}

export interface Blob {
  digest: Digest;
  /** In bytes. */
  size: number;
  /** A layer that is fetched from elsewhere, and that no registry has to hold. */
  isForeign: boolean;
}

const digest = z.string().refine(isDigest);
const descriptor = z.object({
  mediaType: z.string().optional(),
  digest,
  size: z.int().nonnegative(),
  urls: z.array(z.string()).optional(),
});

const child = z.object({
  digest,
  mediaType: z.string().optional(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
});

const BODY = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(child).optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  subject: z.object({ digest }).optional(),
  artifactType: z.string().optional(),
});

/**
 * Reads a manifest. Throws `RegistryDistrusted` unless header, body and shape agree on one of the four types:
 * bytes that pass for both an image and an index mean different things to different clients (CVE-2021-41190).
 */
export function readManifest(bytes: Uint8Array<ArrayBuffer>, contentType: string | null): Manifest {
  const body = BODY.safeParse(parseJson(bytes));
  if (!body.success) throw distrust('is not one of version 2');
  const { manifests, mediaType: inside, config, layers, subject, artifactType } = body.data;
  const header = contentType?.split(';')[0]?.trim().toLowerCase();
  const mediaType = [...INDEX_TYPES, ...IMAGE_TYPES].find((type) => type === header);
  if (mediaType === undefined) throw distrust('has a Content-Type that is not an image or index manifest');
  if (inside !== undefined && inside !== mediaType) throw distrust('names another media type than its Content-Type');
  const isIndex = INDEX_TYPES.includes(mediaType);
  const fits = isIndex ? manifests && config === undefined && layers === undefined : config && layers && !manifests;
  if (!fits) throw distrust('does not have the shape of its media type');
  return {
    bytes,
    mediaType,
    digest: digestOf(bytes),
    children: (manifests ?? []).map(childOf),
    blobs: [...(config ? [config] : []), ...(layers ?? [])].map(blobOf),
    ...(subject ? { subject: subject.digest } : {}),
    ...(artifactType ? { artifactType } : {}),
  };
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function childOf({ digest, mediaType = '', platform }: z.infer<typeof child>): Child {
  const mayNest = !IMAGE_TYPES.includes(mediaType);
  return { digest, mayNest, ...(platform ? { platform: `${platform.os}/${platform.architecture}` } : {}) };
}

/** `urls` alone does not make a layer foreign: others may carry them as a hint. */
function blobOf({ digest, size, mediaType = '', urls = [] }: z.infer<typeof descriptor>): Blob {
  return { digest, size, isForeign: urls.length > 0 && /nondistributable|\.foreign\./.test(mediaType) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function distrust(what: string): RegistryDistrusted {
  return new RegistryDistrusted('registry-manifest', `The registry sent a manifest that ${what}.`);
}
