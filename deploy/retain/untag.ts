import { randomUUID } from 'node:crypto';
import type { RegistryClient } from '../registry/client.ts';
import { type Manifest, readManifest } from '../registry/manifest.ts';

const OCI_IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';
const PLACEHOLDER = 'application/vnd.odoo-gate.untag.v1+json';

/** Whether a tag names what an untagging puts there for a moment: one that was cut off left it behind. */
export function isPlaceholder(manifest: Manifest | undefined): boolean {
  return manifest?.artifactType === PLACEHOLDER;
}

/**
 * Takes a tag away and leaves what it names: the tag is pointed at a manifest that nothing else names, which is then
 * deleted by its digest. (Few registries delete a tag by its name.) Unless that can be done, the tag is put back.
 */
export async function untag(
  registry: RegistryClient,
  tag: string,
  named: Manifest,
): Promise<'untagged' | 'unsupported'> {
  const placeholder = await uniqueManifest(registry);
  await registry.putManifest(tag, placeholder);
  try {
    if ((await registry.deleteManifest(placeholder.digest)) === 'deleted') return 'untagged';
  } catch (error) {
    await registry.putManifest(tag, named);
    throw error;
  }
  await registry.putManifest(tag, named);
  return 'unsupported';
}

/** An artifact without content, as the OCI image specification 1.1 writes it. */
async function uniqueManifest(registry: RegistryClient): Promise<Manifest> {
  const empty = { mediaType: EMPTY, ...(await registry.putBlob(new TextEncoder().encode('{}'))) };
  const content = {
    schemaVersion: 2,
    mediaType: OCI_IMAGE,
    artifactType: PLACEHOLDER,
    config: empty,
    layers: [empty],
    annotations: { 'odoo-gate.untag': randomUUID() },
  };
  return readManifest(new TextEncoder().encode(JSON.stringify(content)), OCI_IMAGE);
}
