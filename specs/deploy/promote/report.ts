import { type CheckOutcome, failedUnlessEmpty, passed } from '../../../harness/check.ts';
import { buildReport, type RunReport, resultOf } from '../../../harness/run.ts';

export const FINISHED = new Date('2026-03-01T12:00:00.000Z');

/** A report as a run writes it: two required checks and one that is not. */
export function reportOf(digest: string | undefined, outcome: CheckOutcome = passed(3)): RunReport {
  const result = (id: string, of: CheckOutcome) => resultOf({ id, title: `Title of ${id}`, severity: 'high' }, of, 10);
  return buildReport({
    toolVersion: '0.1.0',
    startedAt: new Date(FINISHED.getTime() - 60_000),
    finishedAt: FINISHED,
    subject: { image: { reference: 'acme/odoo:uat', id: 'sha256:id', ...(digest ? { digest } : {}) } },
    required: ['smoke.login', 'sanitize.crons'],
    results: [
      result('smoke.login', outcome),
      result('sanitize.crons', passed(5)),
      result('coverage.total', failedUnlessEmpty([{ message: 'too low' }], 1)),
    ],
    artifacts: [],
  });
}
