import { basename } from 'node:path';
import type { OpenedEvidence } from '../../harness/evidence/open-evidence.ts';
import type { Entry } from '../history/entry.ts';
import { type Anchor, readHistory } from '../history/verify.ts';
import { isDigest } from '../registry/reference.ts';
import { type Refusal, refusal } from './refusal.ts';

/** The step that a history is asked about. */
export interface Step {
  /** Where the image was verified. */
  repository: string;
  /** Where its tag is set. */
  targetRepository: string;
  to: string;
  digest: string;
  /** For which it was verified. */
  environment: string;
}

/** What a history says of a step. */
export interface Past {
  /** By run id: the tag that its evidence moved before. */
  usedRuns: ReadonlyMap<string, string>;
  /** Nonces of approvals that a promotion rested on. */
  usedApprovals: ReadonlySet<string>;
  /** Verifications of the image that did not pass: the time when each was recorded. */
  failures: readonly Date[];
  /** Whether this very promotion is recorded as done. */
  recorded: boolean;
}

export const NO_PAST: Past = { usedRuns: new Map(), usedApprovals: new Set(), failures: [], recorded: false };

/** Reads a history whole. What evidence says of where it stood has to hold. Throws the errors of `readHistory`. */
export async function readPast(path: string, runs: readonly OpenedEvidence[], step: Step): Promise<Past> {
  const usedRuns = new Map<string, string>();
  const usedApprovals = new Set<string>();
  const failures: Date[] = [];
  let recorded = false;
  for await (const entry of readHistory(path, anchorsIn(path, runs))) {
    const same =
      entry.version === step.to && entry.repository === step.targetRepository && entry.digest === step.digest;
    if (usesUp(entry, same)) {
      for (const id of entry.runIds ?? []) usedRuns.set(id, entry.version);
      for (const nonce of entry.approvals ?? []) usedApprovals.add(nonce);
    }
    if (same && isDone(entry)) recorded = true;
    if (isFailure(entry, step)) failures.push(new Date(entry.at));
  }
  return { usedRuns, usedApprovals, failures, recorded };
}

/** What speaks against promoting on these runs once more, or still. */
export function refusedByPast({ usedRuns, failures }: Past, runs: readonly OpenedEvidence[]): Refusal[] {
  return runs.flatMap(({ evidence: { run, runId, report } }) => {
    const moved = usedRuns.get(runId);
    if (moved !== undefined) {
      const message = `The ${run} run was promoted on before, to ${moved}.`;
      return [refusal('run-used', message, `Run odoo-gate ${run} again, signed, and promote with the new evidence.`)];
    }
    const newer = failures.find((at) => at.getTime() > Date.parse(report.finishedAt));
    if (run !== 'verify' || newer === undefined) return [];
    const message = `The image did not pass at ${newer.toISOString()}, after this run.`;
    return [refusal('newer-run-failed', message, 'Correct what that run found, then verify again.')];
  });
}

/** A run may be tried again for what it was begun for, but once it is done it is used. */
function usesUp(entry: Entry, same: boolean): boolean {
  return isDone(entry) || (entry.status === 'started' && !same);
}

function isDone({ status }: Entry): boolean {
  return status === 'promoted' || status === 'already-promoted';
}

/** A refused promotion is no verification: it has an attempt. */
function isFailure(entry: Entry, { repository, digest, environment }: Step): boolean {
  const about = entry.repository === repository && entry.digest === digest && entry.environment === environment;
  return about && entry.attempt === undefined && ['refused', 'inconclusive'].includes(entry.status);
}

/** What evidence says of where the history of this name stood. */
export function anchorsIn(path: string, runs: readonly OpenedEvidence[]): Anchor[] {
  return runs.flatMap(({ evidence: { history } }) => {
    if (history === undefined || history.name !== basename(path)) return [];
    const { sequence, head } = history;
    return isDigest(head) ? [{ sequence, head }] : [];
  });
}
