import { randomUUID } from 'node:crypto';
import type { RunReport } from '../run.ts';
import { seal } from './dsse.ts';
import type { SigningKey } from './keys.ts';
import { type Evidence, renderStatement } from './statement.ts';

export interface Signing extends Pick<Evidence, 'run' | 'environment' | 'repository' | 'digest' | 'history'> {
  key: SigningKey;
  validForMs: number;
}

/** The report as evidence: a DSSE envelope, JSON, and the id under which it is known. Throws `UsageError('evidence-without-digest')`. */
export function signReport(
  report: RunReport,
  { key, validForMs, ...about }: Signing,
): { runId: string; envelope: string } {
  const expiresAt = new Date(Date.parse(report.finishedAt) + validForMs).toISOString();
  const runId = randomUUID();
  const body = renderStatement({ ...about, runId, expiresAt, report });
  return { runId, envelope: `${JSON.stringify(seal(body, key), null, 2)}\n` };
}
