import { InfrastructureError } from '../../harness/errors.ts';
import type { RegistryClient } from '../registry/client.ts';
import { RegistryForbidden, RegistryStatusError } from '../registry/errors.ts';
import type { Digest } from '../registry/reference.ts';
import type { Step } from './plan.ts';
import { allWithin, resolveTags, type Survey } from './survey.ts';
import { untag } from './untag.ts';

export interface Outcome {
  tag: string;
  digest: Digest;
  outcome: 'deleted' | 'untagged' | 'unsupported' | 'protected';
  reason: string;
}

/** What is removed at once: a deletion by digest takes all of its tags along. */
export interface Removal {
  action: 'delete' | 'untag';
  digest: Digest;
  steps: readonly [Step, ...Step[]];
}

/** One removal for each digest to delete, and for each tag to take away. What has others in it comes before them. */
export function removalsOf(steps: readonly Step[], { within }: Survey): Removal[] {
  const removals = new Map<string, Removal>();
  for (const step of steps) {
    const { action, tag, manifest } = step;
    if (action === 'protect') continue;
    const key = action === 'delete' ? manifest.digest : tag;
    const before = removals.get(key)?.steps ?? [];
    removals.set(key, { action, digest: manifest.digest, steps: [step, ...before] });
  }
  const parts = ({ digest }: Removal) => within.get(digest)?.size ?? 0;
  return [...removals.values()].sort((a, b) => parts(b) - parts(a));
}

/**
 * Removes, after looking once more whether something came to need it, and believes the registry only what then shows.
 * `stays` are the tags that must not be lost. Throws `retain-tag-lost` as soon as one is.
 */
export async function remove(
  registry: RegistryClient,
  survey: Survey,
  removal: Removal,
  stays: readonly string[],
): Promise<Outcome[]> {
  const { action, digest, steps } = removal;
  const now = await resolveTags(registry);
  assertNoneLost(stays, now);
  const own = steps.map(({ tag }) => tag);
  const rival = action === 'delete' ? await needs(registry, survey, now, { digest, own }) : undefined;
  if (rival !== undefined) {
    return steps.map((step) => outcomeOf(step, 'protected', `${rival} came to need it meanwhile`));
  }
  const still = steps.filter(({ tag }) => now.get(tag) === digest);
  const moved = steps
    .filter((step) => !still.includes(step))
    .map((step) =>
      now.has(step.tag)
        ? outcomeOf(step, 'protected', 'it was moved meanwhile')
        : outcomeOf(step, 'deleted', 'it was gone already'),
    );
  if (still.length === 0) return moved;
  const done = await (action === 'delete' ? deleteDigest(registry, digest, still) : takeAway(registry, still));
  return [...moved, ...done];
}

/** Throws `retain-tag-lost`. */
export function assertNoneLost(stays: readonly string[], now: ReadonlyMap<string, Digest>): void {
  const lost = stays.filter((tag) => !now.has(tag));
  if (lost.length === 0) return;
  throw new InfrastructureError('retain-tag-lost', `${lost.join(', ')} should have stayed, and is gone.`, {
    next: 'Find out who deletes in this repository beside odoo-gate, push it again by its digest, then run this again.',
  });
}

/** The tag that needs a digest now, as itself or as a part, beside those that name it on purpose. */
async function needs(
  registry: RegistryClient,
  { within }: Survey,
  now: ReadonlyMap<string, Digest>,
  { digest, own }: { digest: Digest; own: readonly string[] },
): Promise<string | undefined> {
  for (const [tag, named] of now) {
    if (own.includes(tag)) continue;
    const manifest = within.has(named) ? undefined : await registry.getManifest(named);
    const parts = within.get(named) ?? (manifest && (await allWithin(registry, manifest)));
    if (parts?.has(digest)) return tag;
  }
  return undefined;
}

async function deleteDigest(registry: RegistryClient, digest: Digest, steps: readonly Step[]): Promise<Outcome[]> {
  const answer = await refusable(() => registry.deleteManifest(digest));
  return Promise.all(
    steps.map(async (step) => {
      if (answer === 'unsupported') return outcomeOf(step, 'unsupported', 'the registry does not delete it');
      if ((await registry.headManifest(step.tag)) === undefined) return outcomeOf(step, 'deleted', step.reason);
      return outcomeOf(step, 'unsupported', 'the registry says that it deleted it, and still has it');
    }),
  );
}

async function takeAway(registry: RegistryClient, steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    const { tag, manifest } = step;
    const answer = await refusable(() => untag(registry, tag, manifest));
    if ((await registry.headManifest(manifest.digest)) !== manifest.digest)
      assertNoneLost([manifest.digest], new Map());
    if (answer === 'unsupported') outcomes.push(outcomeOf(step, answer, 'the registry lets no tag be taken away'));
    else if ((await registry.headManifest(tag)) === undefined) outcomes.push(outcomeOf(step, 'untagged', step.reason));
    else outcomes.push(outcomeOf(step, 'unsupported', 'the registry says that it deleted it, and still has it'));
  }
  return outcomes;
}

/** A refusal of this one thing, as of a tag that is immutable, is no failure of the run. */
async function refusable<T>(work: () => Promise<T>): Promise<T | 'unsupported'> {
  try {
    return await work();
  } catch (error) {
    const isRefusal =
      error instanceof RegistryForbidden ||
      (error instanceof RegistryStatusError && [400, 405, 409, 412, 423].includes(error.status));
    if (isRefusal) return 'unsupported';
    throw error;
  }
}

export function outcomeOf({ tag, manifest }: Step, outcome: Outcome['outcome'], reason: string): Outcome {
  return { tag, digest: manifest.digest, outcome, reason };
}
