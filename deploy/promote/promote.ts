import { silentProgress } from '../../harness/progress.ts';
import type { RunReport } from '../../harness/run.ts';
import { connectRegistry, type RegistryClient } from '../registry/client.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type Digest, formatRepository, parseRepository } from '../registry/reference.ts';
import { type Approved, approvalFor, type GivenApprovals } from './approval-for.ts';
import { assertTags, judgeRelease, type ReleaseRequest, sourceManifest } from './judge-release.ts';
import { type Refusals, Refused, refusal } from './refusal.ts';
import { confirmTag, type MovedSource, movedSourceOf } from './set-tag.ts';
import { withTargetLock } from './target-lock.ts';
import { assertAbout, holdReport } from './unsigned.ts';

export interface PromotionRequest extends Omit<ReleaseRequest, 'evidence' | 'policy'> {
  /** A bare report proves as much as whoever could write the file is trusted. */
  basis: SignedBasis | { report: RunReport };
  /** Everything but the PUT. */
  dryRun?: boolean;
}

/** What a promotion rests on. */
export type SignedBasis = Pick<ReleaseRequest, 'evidence' | 'policy'> & GivenApprovals;

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
  /** Whose evidence it rests on; empty for a bare report. */
  signers: string[];
  approvers: string[];
}

export type Promotion = Promoted | { status: 'refused'; refusals: Refusals };

/** A release that nothing speaks against, and what is left to ask before its tag is set. */
interface Ready {
  registry: RegistryClient;
  repository: string;
  source: Manifest;
  reports: RunReport[];
  signers: string[];
  approve(): Promise<Approved[]>;
}

/**
 * Points `to` at the manifest that `from` names, byte for byte, when everything in its basis says yes to that manifest.
 * Refusals are returned; wrong input throws `UsageError`, a registry that can't be used or believed
 * `InfrastructureError`. Registries can't compare-and-swap: a lock keeps promotions of this machine apart; of two
 * machines, reading back detects the loser, unless the second write comes after it. Make prod tags immutable.
 */
export async function promote(request: PromotionRequest): Promise<Promotion> {
  try {
    return await setTag(request, await prepare(request));
  } catch (error) {
    if (error instanceof Refused) return { status: 'refused', refusals: error.refusals };
    throw error;
  }
}

async function setTag(request: PromotionRequest, ready: Ready): Promise<Promoted> {
  const { from, to, dryRun = false, progress = silentProgress } = request;
  const { registry, repository, source, signers } = ready;
  const name = `${repository}:${to}`;
  const outcome = { repository, from, to, digest: source.digest, mediaType: source.mediaType, ...platformsOf(ready) };

  const set = async (assertHeld: () => void): Promise<Promoted> => {
    const existing = await progress.step(`Look for ${name}`, () => registry.headManifest(to));
    if (existing !== undefined && existing !== source.digest) throw targetTaken(to, existing);
    const approvers = existing === undefined ? (await ready.approve()).map(({ approver }) => approver) : [];
    if (existing === undefined && dryRun) return { status: 'would-promote', ...outcome, signers, approvers };
    if (existing === undefined) {
      assertHeld();
      await progress.step(`Set ${name}`, () => registry.putManifest(to, source));
    }
    await progress.step(`Read ${name} back`, () => confirmTag(registry, to, source));
    const movedSource = await movedSourceOf(registry, from, source.digest);
    const status = existing === undefined ? 'promoted' : 'already-promoted';
    return { status, ...outcome, signers, approvers, ...(movedSource ? { movedSource } : {}) };
  };
  return dryRun ? set(() => {}) : withTargetLock(name, progress, set);
}

async function prepare(request: PromotionRequest): Promise<Ready> {
  const { basis, ...asked } = request;
  if ('report' in basis) return prepareUnsigned(request, basis.report);
  const { evidence, policy } = basis;
  const release = await judgeRelease({ ...asked, evidence, policy });
  const [first, ...rest] = release.refusals;
  if (first !== undefined) throw new Refused(first, ...rest);
  const { registry, repository, source, runs } = release;
  return {
    registry,
    repository,
    source,
    reports: runs.map((run) => run.evidence.report),
    signers: [...new Set(runs.map(({ signer }) => signer.name))],
    approve: approvalFor(request, basis, release),
  };
}

async function prepareUnsigned({ http, ...request }: PromotionRequest, report: RunReport): Promise<Ready> {
  const { from, to, required, now = new Date(), progress = silentProgress } = request;
  const parsed = parseRepository(request.repository);
  assertTags(from, to);
  holdReport(report, { now, required: required?.verify });
  const repository = formatRepository(parsed);
  const registry = connectRegistry(parsed, http);
  const source = await progress.step(`Read ${repository}:${from}`, () => sourceManifest(registry, repository, from));
  assertAbout(report, source, from);
  return { registry, repository, source, reports: [report], signers: [], approve: async () => [] };
}

/** An index is promoted whole, so that its digest stays; what ran of it is one platform. */
function platformsOf({ source, reports }: Ready): { platforms: string[]; untested?: string[] } {
  const platforms = source.children.flatMap(({ platform }) => platform ?? []);
  const ran = reports.flatMap(({ subject }) => subject.image?.platform ?? []);
  return ran.length === 0
    ? { platforms }
    : { platforms, untested: platforms.filter((platform) => !ran.includes(platform)) };
}

function targetTaken(to: string, existing: Digest): Refused {
  return new Refused(
    refusal(
      'target-taken',
      `${to} exists and is another image, ${existing}; a promoted tag never moves.`,
      'Promote to a new version tag.',
    ),
  );
}
