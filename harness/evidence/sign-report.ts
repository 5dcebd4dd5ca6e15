import { randomUUID } from 'node:crypto';
import type { RunReport } from '../run.ts';
import { seal } from './dsse.ts';
import type { SigningKey } from './keys.ts';
import { renderStatement } from './statement.ts';

export interface Signing {
  key: SigningKey;
  /** What the run stands for: `uat`. */
  environment: string;
  /** The repository of the image: `ghcr.io/acme/odoo`. */
  repository: string;
  validForMs: number;
}

/** The report as evidence: a DSSE envelope, JSON. Throws `UsageError('evidence-without-digest')`. */
export function signReport(report: RunReport, { key, environment, repository, validForMs }: Signing): string {
  const expiresAt = new Date(Date.parse(report.finishedAt) + validForMs).toISOString();
  const body = renderStatement({ runId: randomUUID(), environment, repository, expiresAt, report });
  return `${JSON.stringify(seal(body, key), null, 2)}\n`;
}
