import { z } from 'zod';
import { InfrastructureError, UsageError } from '../../harness/errors.ts';
import type { RegistryClient } from '../registry/client.ts';
import { readManifest } from '../registry/manifest.ts';
import { isDigest, parseTag } from '../registry/reference.ts';
import { formatAnchor } from './anchor.ts';
import { type LockOptions, whileLocked } from './lock.ts';
import { type Anchor, assertIntact, verifyHistory } from './verify.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const ARTIFACT = 'application/vnd.odoo-gate.history.head.v1+json';
/** What the OCI image specification 1.1 has artifacts say where they have no content. */
const EMPTY = 'application/vnd.oci.empty.v1+json';

type Registry = Pick<RegistryClient, 'getManifest' | 'putManifest' | 'putBlob'>;

const ANCHOR = z.object({
  artifactType: z.literal(ARTIFACT),
  annotations: z.object({
    'odoo-gate.history.sequence': z
      .string()
      .regex(/^(0|[1-9]\d{0,14})$/)
      .transform(Number),
    'odoo-gate.history.head': z.string().refine(isDigest),
  }),
});

/** The tag of the anchor. Throws `UsageError('image-tag')` for a name that does not fit into one. */
function anchorTag(name: string): string {
  return parseTag(`history-${name}`);
}

/**
 * Anchors the head of a history in a repository. The anchor that is there has to be in the history, so it never moves
 * back: throws `HistoryDamaged` where it is not, `history-empty`, `history-anchor-foreign` and `history-anchor-read-back`.
 */
export async function pushAnchor(
  path: string,
  registry: Registry,
  name: string,
  options: LockOptions = {},
): Promise<{ status: 'anchored' | 'already-anchored'; anchor: Anchor }> {
  anchorTag(name);
  // Of two at once the one with the older head must not come last. Entries may be appended meanwhile.
  return whileLocked(`${path}.anchor`, options, async (assertHeld) => {
    const before = await readAnchor(registry, name);
    const { head } = assertIntact(path, await verifyHistory(path, before === undefined ? [] : [before]));
    if (head === undefined) {
      throw new UsageError('history-empty', `The history "${path}" has no entry yet.`, {
        next: 'Check its path; there is something to anchor once something is recorded.',
      });
    }
    if (before?.sequence === head.sequence) return { status: 'already-anchored', anchor: head };
    const manifest = await anchorManifest(registry, head);
    assertHeld();
    await registry.putManifest(anchorTag(name), manifest);
    await assertReadsBack(registry, name, head);
    return { status: 'anchored', anchor: head };
  });
}

/** Undefined where the registry has none. Throws `history-anchor-foreign` for a tag that is something else. */
export async function readAnchor(registry: Pick<Registry, 'getManifest'>, name: string): Promise<Anchor | undefined> {
  const tag = anchorTag(name);
  const manifest = await registry.getManifest(tag);
  if (manifest === undefined) return undefined;
  const body = ANCHOR.safeParse(JSON.parse(new TextDecoder().decode(manifest.bytes)));
  if (!body.success) {
    throw new InfrastructureError('history-anchor-foreign', `The tag ${tag} is there, and is no anchor of a history.`, {
      next: 'Find out who pushed it; or give the anchor another --name.',
    });
  }
  const { 'odoo-gate.history.sequence': sequence, 'odoo-gate.history.head': head } = body.data.annotations;
  return { sequence, head };
}

async function anchorManifest(registry: Registry, { sequence, head }: Anchor) {
  const { digest, size } = await registry.putBlob(new TextEncoder().encode('{}'));
  const empty = { mediaType: EMPTY, digest, size };
  const body = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: ARTIFACT,
    config: empty,
    layers: [empty],
    annotations: { 'odoo-gate.history.sequence': String(sequence), 'odoo-gate.history.head': head },
  };
  return readManifest(new TextEncoder().encode(JSON.stringify(body)), MANIFEST);
}

async function assertReadsBack(registry: Registry, name: string, head: Anchor): Promise<void> {
  const stored = await readAnchor(registry, name);
  if (stored !== undefined && formatAnchor(stored) === formatAnchor(head)) return;
  const found = stored === undefined ? 'nothing' : `entry ${stored.sequence}`;
  const message = `The anchor was set to entry ${head.sequence}, but reads back as ${found}.`;
  throw new InfrastructureError('history-anchor-read-back', message, {
    next: 'Somebody else sets it, or the registry is stale: run it again.',
  });
}
