import { createHash } from 'node:crypto';
import { type Check, type CheckOutcome, type CheckResult, inconclusive } from './check.ts';
import { messageOf } from './errors.ts';
import { judge, type Verdict } from './verdict.ts';

/** What was verified. Every field that is there was read off the real thing. */
export interface Subject {
  /** `digest` is the manifest digest in a registry; an image that no registry has seen has only its local `id`. */
  image?: { reference: string; id: string; digest?: string };
  database?: { name: string; odooVersion: string; modules: number };
  backup?: { digest: string };
  stack?: string;
}

export interface Artifact {
  kind: 'screenshot' | 'trace' | 'log' | 'report';
  /** What it shows: `smoke.login: signed in`. */
  title: string;
  /** Relative to the output folder. */
  path: string;
}

export type ReportedCheck = CheckResult & { required: boolean };

/** The one model that every renderer draws from. Schema `odoo-gate/report@1`. */
export interface RunReport {
  schema: 'odoo-gate/report@1';
  tool: { name: 'odoo-gate'; version: string };
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  durationMs: number;
  subject: Subject;
  policy: { digest: string; required: string[] };
  verdict: Verdict;
  reasons: string[];
  checks: ReportedCheck[];
  artifacts: Artifact[];
}

/**
 * Runs checks one after the other. One that throws is inconclusive with the error's message: a check that
 * breaks never counts as passed and never hides the others.
 */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const started = performance.now();
    let outcome: CheckOutcome;
    try {
      outcome = await check.run(context);
    } catch (error) {
      outcome = inconclusive(messageOf(error));
    }
    const result = resultOf(check, outcome, performance.now() - started);
    results.push(result);
    onResult(result);
  }
  return results;
}

/** An outcome under the name of its check. */
export function resultOf(
  check: Pick<Check<never>, 'id' | 'title' | 'severity'>,
  outcome: CheckOutcome,
  durationMs: number,
): CheckResult {
  const { id, title, severity } = check;
  return { id, title, severity, durationMs: Math.round(durationMs), ...outcome };
}

/** Judges the results and binds them to subject and policy. */
export function buildReport(input: {
  toolVersion: string;
  startedAt: Date;
  finishedAt: Date;
  subject: Subject;
  required: readonly string[];
  results: readonly CheckResult[];
  artifacts: readonly Artifact[];
}): RunReport {
  const required = [...new Set(input.required)].sort();
  return {
    schema: 'odoo-gate/report@1',
    tool: { name: 'odoo-gate', version: input.toolVersion },
    startedAt: input.startedAt.toISOString(),
    finishedAt: input.finishedAt.toISOString(),
    durationMs: input.finishedAt.getTime() - input.startedAt.getTime(),
    subject: input.subject,
    policy: { digest: policyDigest(required), required },
    ...judge(input.results, required),
    checks: input.results.map((result) => ({ ...result, required: required.includes(result.id) })),
    artifacts: [...input.artifacts],
  };
}

/** `sha256:…` of the sorted list of required checks: two reports with one digest were held to the same policy. */
export function policyDigest(required: readonly string[]): string {
  const canonical = JSON.stringify({ required: [...new Set(required)].sort() });
  return `sha256:${createHash('sha256').update(canonical).digest('hex')}`;
}
