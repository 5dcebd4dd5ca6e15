import { passed } from '../../harness/check.ts';
import { buildReport, resultOf } from '../../harness/run.ts';
import { VERIFY_CHECKS } from '../../harness/verify/plan.ts';
import { ci } from '../deploy/promote/release.ts';
import { sealed } from '../harness/evidence/sample-evidence.ts';

/** Evidence that a `verify` passed a moment ago, with every check that a promotion requires. */
export function passingEvidence({ repository, digest }: { repository: string; digest: string }): string {
  const finishedAt = new Date();
  const report = buildReport({
    toolVersion: '0.1.0',
    startedAt: new Date(finishedAt.getTime() - 60_000),
    finishedAt,
    subject: { image: { reference: `${repository}:uat`, id: 'sha256:id', digest } },
    required: VERIFY_CHECKS,
    results: VERIFY_CHECKS.map((id) => resultOf({ id, title: id, severity: 'high' }, passed(1), 1)),
    artifacts: [],
  });
  const expiresAt = new Date(finishedAt.getTime() + 3_600_000).toISOString();
  return sealed(ci.key, { repository, digest, expiresAt, report });
}
