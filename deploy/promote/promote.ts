import { GateError } from '../../harness/errors.ts';
import { silentProgress } from '../../harness/progress.ts';
import type { RunReport } from '../../harness/run.ts';
import { connectRegistry, type RegistryClient } from '../registry/client.ts';
import { copyImage } from '../registry/copy-image.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type Digest, formatRepository, parseRepository } from '../registry/reference.ts';
import { type Approved, approvalFor, type GivenApprovals } from './approval-for.ts';
import { assertTags, judgeRelease, type ReleaseRequest, sourceManifest } from './judge-release.ts';
import { NO_PAST, type Past, readPast, refusedByPast } from './past.ts';
import { type HistoryFile, type RecordEntry, type Recorded, recorderOf } from './record.ts';
import { type Refusals, Refused, refusal } from './refusal.ts';
import { confirmTag, type MovedSource, movedSourceOf } from './set-tag.ts';
import { withTargetLock } from './target-lock.ts';
import { assertAbout, holdReport } from './unsigned.ts';

export interface PromotionRequest extends Omit<ReleaseRequest, 'evidence' | 'policy'> {
  /** A bare report proves as much as whoever could write the file is trusted. */
  basis: SignedBasis | { report: RunReport };
  /** Everything but the PUT. */
  dryRun?: boolean;
  /** Without it nothing tells that evidence is used twice, or that a newer run failed. */
  history?: HistoryFile;
}

/** What a promotion rests on. */
export type SignedBasis = Pick<ReleaseRequest, 'evidence' | 'policy'> & GivenApprovals;

interface Promoted {
  status: 'promoted' | 'already-promoted' | 'would-promote';
  repository: string;
  /** Where the tag is set: the same, unless the policy says otherwise. */
  targetRepository: string;
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
interface Ready extends Recorded {
  registry: RegistryClient;
  /** Where the tag is set. */
  target: RegistryClient;
  source: Manifest;
  /** Where the image was verified. */
  environment: string;
  reports: readonly RunReport[];
  approve(used: ReadonlySet<string>): Promise<Approved[]>;
}

/**
 * Points `to` at the manifest that `from` names, byte for byte, when everything in its basis says yes to that manifest.
 * Refusals are returned; wrong input throws `UsageError`, a registry that can't be used or believed
 * `InfrastructureError`. Registries can't compare-and-swap: a lock keeps promotions of this machine apart; of two
 * machines, reading back detects the loser, unless the second write comes after it. Make prod tags immutable.
 */
export async function promote(request: PromotionRequest): Promise<Promotion> {
  const record = recorderOf(request.dryRun === true ? undefined : request.history);
  const { from, to } = request;
  const repository = formatRepository(parseRepository(request.repository));
  let known: Recorded = { repository, targetRepository: repository, from, to, runs: [] };
  try {
    const ready = await prepare(request);
    known = ready;
    return await setTag(request, ready, record);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await record('refused', known, { detail: error.refusals[0].code });
    return { status: 'refused', refusals: error.refusals };
  }
}

async function setTag(request: PromotionRequest, ready: Ready, record: RecordEntry): Promise<Promoted> {
  const { from, to, dryRun = false, progress = silentProgress, history } = request;
  const { registry, target, repository, targetRepository, source, runs, environment } = ready;
  const name = `${targetRepository}:${to}`;
  const signers = [...new Set(runs.map(({ signer }) => signer.name))];
  const about = {
    repository,
    targetRepository,
    from,
    to,
    digest: source.digest,
    mediaType: source.mediaType,
    ...platformsOf(ready),
  };

  const set = async (assertHeld: () => void): Promise<Promoted> => {
    const existing = await progress.step(`Look for ${name}`, () => target.headManifest(to));
    if (existing !== undefined && existing !== source.digest) throw targetTaken(to, existing);
    const step = { repository, targetRepository, to, digest: source.digest, environment };
    const past = history === undefined ? NO_PAST : await readPast(history.path, runs, step);
    const approved = existing === undefined ? await askedFor(ready, past) : [];
    const outcome = { ...about, signers, approvers: approved.map(({ approver }) => approver) };
    if (existing === undefined && dryRun) return { status: 'would-promote', ...outcome };

    if (existing === undefined) {
      await record('started', ready, { approved });
      await progress.step(`Set ${name}`, () => bring(ready, to, assertHeld)).catch(failed(ready, record));
    }
    await progress.step(`Read ${name} back`, () => confirmTag(target, to, source)).catch(failed(ready, record));
    const status = existing === undefined ? 'promoted' : 'already-promoted';
    if (!dryRun && !past.recorded) await record(status, ready, { approved });
    const movedSource = await movedSourceOf(registry, from, source.digest);
    return { status, ...outcome, ...(movedSource ? { movedSource } : {}) };
  };
  return dryRun ? set(() => {}) : withTargetLock(name, progress, set);
}

/** Within one repository the manifest's bytes are enough; into another everything goes before, and the tag comes last. */
async function bring({ registry, target, source }: Ready, to: string, assertHeld: () => void): Promise<void> {
  if (registry !== target) await copyImage(registry, target, source, source.digest);
  assertHeld();
  // Somebody who was asked, or layers that were sent, may have taken minutes.
  const existing = await target.headManifest(to);
  if (existing !== undefined && existing !== source.digest) throw targetTaken(to, existing);
  if (existing === undefined) await target.putManifest(to, source);
}

/** Records an error under its code, and lets it go on; a refusal is recorded where it is answered. */
function failed(ready: Ready, record: RecordEntry): (error: unknown) => Promise<never> {
  return async (error) => {
    const detail = error instanceof GateError ? { detail: error.code } : {};
    if (!(error instanceof Refused)) await record('failed', ready, detail).catch(() => {});
    throw error;
  };
}

/** Whoever still has to say yes. Throws `Refused`, also for what the history says. */
async function askedFor({ runs, approve }: Ready, past: Past): Promise<Approved[]> {
  const [first, ...rest] = refusedByPast(past, runs);
  if (first !== undefined) throw new Refused(first, ...rest);
  return approve(past.usedApprovals);
}

async function prepare(request: PromotionRequest): Promise<Ready> {
  const { basis, ...asked } = request;
  if ('report' in basis) return prepareUnsigned(request, basis.report);
  const { evidence, policy } = basis;
  const { from, to } = request;
  const release = await judgeRelease({ ...asked, evidence, policy });
  const [first, ...rest] = release.refusals;
  if (first !== undefined) throw new Refused(first, ...rest);
  const { registry, repository, source, runs, step } = release;
  const { toRepository: targetRepository = repository } = step;
  const target =
    targetRepository === repository ? registry : connectRegistry(parseRepository(targetRepository), request.http);
  const { approve, verdict } = approvalFor(request, basis, release);
  return {
    ...{ registry, target, repository, targetRepository, from, to, source, runs, verdict, approve },
    digest: source.digest,
    environment: step.environment,
    reports: runs.map((run) => run.evidence.report),
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
  return {
    ...{ registry, target: registry, repository, targetRepository: repository, from, to, source },
    ...{ runs: [], reports: [report] },
    digest: source.digest,
    environment: 'unsigned',
    approve: async () => [],
  };
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
