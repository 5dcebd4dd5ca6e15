import { UsageError } from '../../harness/errors.ts';
import { type Progress, silentProgress } from '../../harness/progress.ts';
import { probeDelete } from '../registry/capabilities.ts';
import type { RegistryClient } from '../registry/client.ts';
import { formatRepository, parseDigest, parseTag } from '../registry/reference.ts';
import { planRetention, type Step } from './plan.ts';
import { byPromotion, byVersion, type ReleaseOrder } from './release-order.ts';
import { assertNoneLost, type Outcome, outcomeOf, removalsOf, remove } from './remove.ts';
import { protectedDigests, resolveTags, surveyRepository } from './survey.ts';
import { parseTagPattern } from './tag-pattern.ts';

export interface RetentionRequest {
  registry: RegistryClient;
  /** `prod-v*`: of each the newest stay. Tags that none matches are never touched. */
  patterns: readonly string[];
  /** How many of each pattern stay; 5 unless told. */
  keep?: number;
  /** Tags and digests that stay whatever their age: what runs, the last good one. */
  protect?: readonly string[];
  /** When each tag was promoted. A tag without a time is protected. */
  promotedAt?: ReadonlyMap<string, Date>;
  /** `promotion` unless told; `version` takes the semantic version in the tag instead of times. */
  order?: ReleaseOrder;
  /** Without it nothing is changed, and what would become of each tag is told. */
  apply?: boolean;
  progress?: Progress;
  /** Told of each tag once it is gone. */
  onRemoved?: (removed: Outcome) => Promise<void>;
}

export interface Retention {
  repository: string;
  applied: boolean;
  /** One for each tag that a pattern matches, by name. */
  tags: readonly Outcome[];
}

/**
 * Keeps the newest releases of each environment and removes the others, but nothing that a tag which stays needs.
 * `protected` and `unsupported` are outcomes; wrong input throws `UsageError`, a registry that can't be used or believed
 * `InfrastructureError`. Cut off, it leaves every tag that stays as it was, and the next run goes on.
 */
export async function retain(request: RetentionRequest): Promise<Retention> {
  const { registry, keep = 5, protect = [], order = 'promotion', apply = false, progress = silentProgress } = request;
  const patterns = request.patterns.map(parseTagPattern);
  assertInput(patterns.length, keep, protect);
  const repository = formatRepository(registry.repository);
  const survey = await progress.step(`Read the tags of ${repository}`, () => surveyRepository(registry));
  const ranking = order === 'version' ? byVersion() : byPromotion(request.promotedAt ?? new Map());
  const protectedByName = await protectedDigests(registry, survey, protect);
  const planned = planRetention(survey, { patterns, keep, ranking, protect: protectedByName });
  const steps = await withReferrers(registry, planned);
  const removals = removalsOf(steps, survey);

  const outcomes = steps
    .filter(({ action }) => action === 'protect')
    .map((step) => outcomeOf(step, 'protected', step.reason));
  // What can't be finished must not be begun: an untagging without deleting leaves the tag on a placeholder.
  const deletes = removals.length === 0 ? 'unknown' : await probeDelete(registry);
  const going = new Set(removals.flatMap((removal) => removal.steps.map(({ tag }) => tag)));
  const stays = [...survey.tags.keys()].filter((tag) => !going.has(tag));
  for (const removal of removals) {
    const { action, steps: own } = removal;
    if (deletes === 'no' || (deletes === 'unknown' && action === 'untag')) {
      outcomes.push(...own.map((step) => outcomeOf(step, 'unsupported', UNSUPPORTED[deletes])));
      continue;
    }
    if (!apply) {
      outcomes.push(...own.map((step) => outcomeOf(step, action === 'delete' ? 'deleted' : 'untagged', step.reason)));
      continue;
    }
    const title = `Remove ${own.map(({ tag }) => tag).join(', ')}`;
    const done = await progress.step(title, () => remove(registry, survey, removal, stays));
    outcomes.push(...done);
    for (const each of done.filter(isGone)) await request.onRemoved?.(each);
  }
  if (apply && removals.length > 0) assertNoneLost(stays, await resolveTags(registry));
  return { repository, applied: apply, tags: outcomes.sort((a, b) => (a.tag < b.tag ? -1 : 1)) };
}

const UNSUPPORTED = {
  no: 'the registry deletes nothing, or this login may not',
  unknown: 'the registry does not say whether it deletes',
};

export function isGone({ outcome }: Outcome): boolean {
  return outcome === 'deleted' || outcome === 'untagged';
}

function assertInput(patterns: number, keep: number, protect: readonly string[]): void {
  if (patterns === 0) {
    throw new UsageError('retain-pattern', 'No pattern says which tags are meant.', { next: 'Give one: prod-v*.' });
  }
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw new UsageError('retain-keep', 'At least one release of each pattern has to stay.', {
      next: 'Give a whole number from 1 on.',
    });
  }
  for (const text of protect) {
    if (text.includes(':')) parseDigest(text);
    else parseTag(text);
  }
}

/** What a signature or SBOM in the registry belongs to stays, as these are told from rubbish by nobody. */
async function withReferrers(registry: RegistryClient, steps: readonly Step[]): Promise<Step[]> {
  const judged: Step[] = [];
  for (const step of steps) {
    const referrers = step.action === 'delete' ? await registry.listReferrers(step.manifest.digest) : undefined;
    const count = referrers?.length ?? 0;
    const reason = `${count} signatures or the like belong to it`;
    judged.push(count === 0 ? step : { ...step, action: 'protect', reason });
  }
  return judged;
}
