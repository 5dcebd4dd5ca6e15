import { randomUUID } from 'node:crypto';
import type { RunReport } from '../run.ts';
import type { Sign } from './sign.ts';
import { type Evidence, renderStatement } from './statement.ts';

export interface Signing extends Pick<Evidence, 'run' | 'environment' | 'repository' | 'digest' | 'history'> {
  sign: Sign;
  validForMs: number;
}

/** The report as evidence, and the id under which it is known. Throws `UsageError('evidence-without-digest')`, and what `sign` throws. */
export async function signReport(
  report: RunReport,
  { sign, validForMs, ...about }: Signing,
): Promise<{ runId: string; signed: string }> {
  const expiresAt = new Date(Date.parse(report.finishedAt) + validForMs).toISOString();
  const runId = randomUUID();
  const body = renderStatement({ ...about, runId, expiresAt, report });
  return { runId, signed: await sign(body) };
}
