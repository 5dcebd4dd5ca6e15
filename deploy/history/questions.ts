import type { Digest } from '../registry/reference.ts';
import type { Entry } from './entry.ts';
import { readHistory } from './verify.ts';

/** As `readHistory` gives them; an array will do. */
type Entries = AsyncIterable<Entry> | Iterable<Entry>;

/** Statuses of a promotion that may have set its tag. */
const USES: readonly Entry['status'][] = ['started', 'promoted', 'already-promoted'];

export interface Used {
  /** By run id: the first entry of a promotion that used its evidence. */
  runs: ReadonlyMap<string, Entry>;
  /** By nonce: the first entry of a promotion that used the approval. */
  approvals: ReadonlyMap<string, Entry>;
}

/**
 * What promotions have used up. One that began counts: whether it set its tag before it was killed, only the registry
 * knows. The same target with the same digest may be tried again; `to` and `digest` of the entry tell.
 */
export async function usedRuns(entries: Entries): Promise<Used> {
  const runs = new Map<string, Entry>();
  const approvals = new Map<string, Entry>();
  for await (const entry of entries) {
    if (!USES.includes(entry.status)) continue;
    for (const id of entry.runIds ?? []) if (!runs.has(id)) runs.set(id, entry);
    for (const nonce of entry.approvals ?? []) if (!approvals.has(nonce)) approvals.set(nonce, entry);
  }
  return { runs, approvals };
}

/**
 * The latest verification of a digest for an environment: it counts alone, so one that did not pass revokes those
 * before. A refused promotion is none; it has an `attempt`.
 */
export async function latestVerification(
  entries: Entries,
  { digest, environment }: { digest: Digest; environment: string },
): Promise<Entry | undefined> {
  let latest: Entry | undefined;
  for await (const entry of entries) {
    const verifies = ['verified', 'refused', 'inconclusive'].includes(entry.status) && entry.attempt === undefined;
    if (verifies && entry.digest === digest && entry.environment === environment) latest = entry;
  }
  return latest;
}

/** When each tag was promoted last, in one repository if that is given. A tag found set counts where nothing says who set it. */
export async function promotedAt(path: string, repository?: string): Promise<Map<string, Date>> {
  const times = new Map<string, Date>();
  for await (const { status, version, at, repository: where } of readHistory(path)) {
    if (repository !== undefined && where !== repository) continue;
    if (status === 'promoted' || (status === 'already-promoted' && !times.has(version))) {
      times.set(version, new Date(at));
    }
  }
  return times;
}
