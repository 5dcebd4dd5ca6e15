import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { policyDigest, type RunReport } from '../run.ts';
import { judge } from '../verdict.ts';
import { isInsidePath } from './artifact-path.ts';

const NEXT = 'Verify again, and use the report.json that odoo-gate wrote, unchanged.';

const text = z.string().min(1);
const count = z.int().nonnegative();
const time = z.iso.datetime({ precision: 3 });
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits');

const finding = z.strictObject({
  message: text,
  location: z.exactOptional(z.string()),
  count: z.exactOptional(count),
  fix: z.exactOptional(z.string()),
  why: z.exactOptional(z.string()),
  source: z.exactOptional(z.string()),
});

const check = {
  id: text,
  title: text,
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  required: z.boolean(),
  durationMs: count,
};

const checks = z.discriminatedUnion('status', [
  z.strictObject({ ...check, status: z.literal('passed'), assertions: z.int().positive() }),
  z.strictObject({
    ...check,
    status: z.literal('failed'),
    assertions: count,
    findings: z.tuple([finding], finding),
  }),
  z.strictObject({ ...check, status: z.literal('not-applicable'), reason: text }),
  z.strictObject({ ...check, status: z.literal('inconclusive'), reason: z.string() }),
]);

const seen = z.strictObject({ seen: count, total: count });

const runReport = z.strictObject({
  schema: z.literal('odoo-gate/report@1'),
  tool: z.strictObject({ name: z.literal('odoo-gate'), version: text }),
  startedAt: time,
  finishedAt: time,
  durationMs: count,
  subject: z.strictObject({
    image: z.exactOptional(
      z.strictObject({
        reference: text,
        id: text,
        digest: z.exactOptional(digest),
        platform: z.exactOptional(text),
      }),
    ),
    database: z.exactOptional(z.strictObject({ name: text, odooVersion: text, modules: count })),
    backup: z.exactOptional(z.strictObject({ digest })),
    stack: z.exactOptional(text),
    addons: z.exactOptional(z.array(digest)),
  }),
  sanitized: z.exactOptional(
    z.strictObject({
      neutralizedBy: z.enum(['odoo neutralize', 'sql']),
      changes: z.array(
        z.strictObject({
          table: text,
          action: z.enum(['updated', 'deleted', 'inserted']),
          columns: z.array(text),
          rows: count,
        }),
      ),
    }),
  ),
  policy: z.strictObject({ digest, required: z.array(text) }),
  verdict: z.enum(['pass', 'refuse', 'inconclusive']),
  reasons: z.array(z.string()),
  checks: z.array(checks),
  tests: z.exactOptional(
    z.array(
      z.strictObject({
        addon: text,
        name: text,
        outcome: z.enum(['passed', 'failed', 'error', 'skipped', 'flaky', 'unfinished']),
        durationMs: count,
        message: z.exactOptional(z.string()),
        trace: z.exactOptional(z.string()),
      }),
    ),
  ),
  visits: z.exactOptional(
    z.array(
      z.strictObject({
        role: text,
        menus: seen,
        views: seen,
        pages: seen,
        records: count,
        broken: count,
        notReached: z.array(z.strictObject({ screen: z.string(), reason: z.string() })),
      }),
    ),
  ),
  artifacts: z.array(
    z.strictObject({
      kind: z.enum(['screenshot', 'trace', 'log', 'report']),
      title: z.string(),
      path: z.string().refine(isInsidePath, 'expected a path inside the output folder'),
    }),
  ),
});

/** The report as `--format json` prints it and `report.json` holds it. */
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/**
 * Reads what `renderJson` wrote, and judges again: verdict and reasons must follow from the checks and the policy.
 *
 * @throws UsageError `report-not-json`, `report-malformed` or, if its parts do not agree, `report-contradictory`
 */
export function parseReport(json: string): RunReport {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new UsageError('report-not-json', 'the report is not JSON, or cut off', { next: NEXT, cause });
  }
  const parsed = runReport.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'top level' : issue.path.join('.');
    throw new UsageError('report-malformed', `the report is not an odoo-gate/report@1: ${where}: ${issue?.message}`, {
      next: NEXT,
    });
  }
  const report: RunReport = parsed.data;
  const contradiction = findContradiction(report);
  if (contradiction !== undefined) {
    throw new UsageError('report-contradictory', `the report contradicts itself: ${contradiction}`, { next: NEXT });
  }
  return report;
}

function findContradiction(report: RunReport): string | undefined {
  const { policy, verdict, reasons, checks } = report;
  const judged = judge(checks, policy.required);
  if (verdict !== judged.verdict) return `it says ${verdict}, its checks say ${judged.verdict}`;
  if (!isDeepStrictEqual(reasons, judged.reasons)) return 'its reasons do not follow from its checks';
  if (policy.digest !== policyDigest(policy.required)) return 'the policy digest is not that of its required checks';
  const mislabelled = checks.find(({ id, required }) => required !== policy.required.includes(id));
  if (mislabelled !== undefined) return `${mislabelled.id} and the policy disagree on whether it is required`;
  if (Date.parse(report.finishedAt) - Date.parse(report.startedAt) !== report.durationMs) {
    return 'its duration is not the time between start and end';
  }
  return undefined;
}
