import { randomUUID } from 'node:crypto';
import type { OpenedEvidence } from '../../harness/evidence/open-evidence.ts';
import { appendEntry } from '../history/append.ts';
import type { Entry } from '../history/entry.ts';
import type { Digest } from '../registry/reference.ts';
import type { Approved } from './approval-for.ts';

/** Where promotions are recorded, and who does this one. */
export interface HistoryFile {
  path: string;
  operator: string;
}

/** What all entries of one promotion say. */
export interface Recorded {
  /** That of the source tag. */
  repository: string;
  /** That of the tag to set. */
  targetRepository: string;
  from: string;
  to: string;
  digest?: Digest;
  runs: readonly OpenedEvidence[];
  /** Of the verdict's file, 64 hexadecimal digits. */
  verdict?: string | undefined;
}

/** Appends an entry of this promotion; does nothing where no history is kept. */
export type RecordEntry = (
  status: Extract<Entry['status'], 'refused' | 'started' | 'promoted' | 'already-promoted' | 'failed'>,
  about: Recorded,
  more?: { approved?: readonly Approved[]; detail?: string },
) => Promise<void>;

export function recorderOf(history: HistoryFile | undefined): RecordEntry {
  if (history === undefined) return async () => {};
  const attempt = randomUUID();
  return async (status, about, { approved = [], detail } = {}) => {
    const { repository, targetRepository, from, to, digest, runs, verdict } = about;
    const nonces = approved.flatMap(({ nonce }) => nonce ?? []);
    await appendEntry(history.path, {
      version: to,
      environment: targetEnvironment(to),
      status,
      operator: history.operator,
      attempt,
      repository: targetRepository,
      from: repository === targetRepository ? from : `${repository}:${from}`,
      to,
      ...(digest ? { digest } : {}),
      ...(runs.length > 0
        ? {
            runIds: runs.map(({ evidence }) => evidence.runId),
            evidence: runs.map(({ sha256 }): Digest => `sha256:${sha256}`),
          }
        : {}),
      ...(verdict ? { verdict: `sha256:${verdict}` } : {}),
      ...(nonces.length > 0 ? { approvals: nonces } : {}),
      ...(detail ? { detail } : {}),
    });
  };
}

/** `prod` of `prod-v1.2.3`. */
function targetEnvironment(to: string): string {
  return /^[A-Za-z0-9]+/.exec(to)?.[0] ?? 'unknown';
}
