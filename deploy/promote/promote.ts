import { distance } from 'fastest-levenshtein';
import { InfrastructureError, UsageError } from '../../harness/errors.ts';
import { type Progress, silentProgress } from '../../harness/progress.ts';
import type { RunReport } from '../../harness/run.ts';
import { connectRegistry, type RegistryClient } from '../registry/client.ts';
import type { HttpOptions } from '../registry/http.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type Digest, formatRepository, parseRepository, parseTag } from '../registry/reference.ts';
import { type Proof, reportIn } from './proof.ts';
import type { Refusals } from './refusal.ts';
import { refusalsOf } from './report-refusals.ts';

export interface PromotionRequest {
  /** `ghcr.io/acme/odoo`: both tags are in it. */
  repository: string;
  /** The tag that was verified: `uat-v1.2.3`. */
  from: string;
  /** The tag to set: `prod-v1.2.3`. Never moved once it is there. */
  to: string;
  proof: Proof;
  /** The checks that this promotion requires; without them the report's own list is taken. */
  required?: readonly string[];
  /** 24 h unless told. */
  maxAgeMs?: number;
  now?: Date;
  /** Everything but the PUT. */
  dryRun?: boolean;
  progress?: Progress;
  http?: HttpOptions;
}

/** Where the source tag points after the promotion, when no longer at what was promoted. */
type MovedSource = Digest | 'absent' | 'unknown';

interface Promoted {
  status: 'promoted' | 'already-promoted' | 'would-promote';
  repository: string;
  from: string;
  to: string;
  digest: Digest;
  mediaType: string;
  /** Of a multi-platform image: `linux/amd64`. */
  platforms: string[];
  /** Those that come along though the proof is of another; `undefined` where it does not say what ran. */
  untested?: string[];
  movedSource?: MovedSource;
  /** Whose evidence it rests on; undefined for a bare report. */
  signer?: string;
}

export type Promotion = Promoted | { status: 'refused'; refusals: Refusals };

const DAY_MS = 24 * 60 * 60_000;

/**
 * Points `to` at the manifest that `from` names, byte for byte, when the proof is of that manifest. Refusals are
 * returned; wrong input throws `UsageError`, a registry that can't be used or believed `InfrastructureError`.
 * Registries can't compare-and-swap: of two different promotions to one tag at once, reading back detects the loser,
 * unless the second write comes after it; make prod tags immutable in the registry.
 */
export async function promote(request: PromotionRequest): Promise<Promotion> {
  const { from, to, dryRun = false, progress = silentProgress } = request;
  const repository = parseRepository(request.repository);
  assertTags(from, to);
  const { now = new Date(), maxAgeMs = DAY_MS, required } = request;
  const name = formatRepository(repository);
  const proven = reportIn(request.proof, { repository: name, now });
  if ('code' in proven) return refused(proven);
  const { report, signer } = proven;
  const [first, ...rest] = refusalsOf(report, { now, maxAgeMs, ...(required ? { required } : {}) });
  if (first !== undefined) return { status: 'refused', refusals: [first, ...rest] };

  const registry = connectRegistry(repository, request.http);
  const source = await progress.step(`Read ${name}:${from}`, () => sourceManifest(registry, name, from));
  if (source.digest !== report.subject.image?.digest) return refused(otherDigest(from, source, report));

  const promoted = {
    repository: name,
    from,
    to,
    digest: source.digest,
    mediaType: source.mediaType,
    ...(signer ? { signer } : {}),
  };
  const platforms = source.children.flatMap(({ platform }) => platform ?? []);
  const outcome = { ...promoted, platforms, ...untestedOf(platforms, report) };
  const existing = await progress.step(`Look for ${name}:${to}`, () => registry.headManifest(to));
  if (existing !== undefined && existing !== source.digest) return refused(targetTaken(to, existing));
  if (existing === undefined && dryRun) return { status: 'would-promote', ...outcome };

  if (existing === undefined) await progress.step(`Set ${name}:${to}`, () => registry.putManifest(to, source));
  await progress.step(`Read ${name}:${to} back`, () => confirm(registry, to, source));
  const movedSource = await movedSourceOf(registry, from, source.digest);
  const status = existing === undefined ? 'promoted' : 'already-promoted';
  return { status, ...outcome, ...(movedSource ? { movedSource } : {}) };
}

function assertTags(from: string, to: string): void {
  for (const tag of [from, to]) {
    if (/[/:@]/.test(tag)) {
      throw new UsageError('promote-other-repository', 'Source and target have to be two tags of one repository.', {
        next: 'Give tags alone, such as --from uat-v1.2.3 --to prod-v1.2.3; promoting to another repository is not supported yet.',
      });
    }
    parseTag(tag);
  }
  if (from === to) {
    throw new UsageError('promote-same-tag', `Source and target are the same tag, ${from}.`, {
      next: 'Give the tag that was verified as source and the one to set as target.',
    });
  }
}

async function sourceManifest(registry: RegistryClient, name: string, from: string): Promise<Manifest> {
  const manifest = await registry.getManifest(from);
  if (manifest !== undefined) return manifest;
  const near = (await registry.listTags()).sort((a, b) => distance(a, from) - distance(b, from)).slice(0, 3);
  throw new UsageError('promote-no-source', `There is no ${name}:${from}.`, {
    next: near.length > 0 ? `Nearest are ${near.join(', ')}.` : 'The repository is empty or missing: check its name.',
  });
}

/** Both ways of reading must give what was written: another promotion may have come in between. */
async function confirm(registry: RegistryClient, to: string, source: Manifest): Promise<void> {
  const named = await registry.headManifest(to);
  const stored = await registry.getManifest(to);
  if (named === source.digest && stored?.digest === source.digest && stored.mediaType === source.mediaType) return;
  const found = stored?.digest ?? 'nothing';
  throw new InfrastructureError('promote-read-back', `${to} was set to ${source.digest}, but reads back as ${found}.`, {
    next: `Somebody else sets ${to}, or the registry is stale: look at who pushed it before anything runs from it.`,
  });
}

/** An index is promoted whole, so that its digest stays; what ran of it is one platform. */
function untestedOf(platforms: readonly string[], { subject }: RunReport): { untested?: string[] } {
  const ran = subject.image?.platform;
  if (ran === undefined) return {};
  return { untested: platforms.filter((platform) => platform !== ran) };
}

/** The promotion stands whatever this finds: it went by digest. */
async function movedSourceOf(registry: RegistryClient, from: string, digest: Digest): Promise<MovedSource | undefined> {
  try {
    const current = await registry.headManifest(from);
    return current === digest ? undefined : (current ?? 'absent');
  } catch {
    return 'unknown';
  }
}

function otherDigest(from: string, source: Manifest, report: RunReport): Refusals[0] {
  const proven = report.subject.image?.digest;
  const child = source.children.find(({ digest }) => digest === proven);
  const what = child ? `only its part for ${child.platform ?? 'one platform'}, ${proven}` : `${proven}`;
  return {
    code: 'other-digest',
    message: `${from} is ${source.digest}, but the report is about ${what}.`,
    fix: `Verify the image that ${from} names now, then promote with that report.`,
  };
}

function targetTaken(to: string, existing: Digest): Refusals[0] {
  return {
    code: 'target-taken',
    message: `${to} exists and is another image, ${existing}; a promoted tag never moves.`,
    fix: 'Promote to a new version tag.',
  };
}

function refused(refusal: Refusals[0]): Promotion {
  return { status: 'refused', refusals: [refusal] };
}
