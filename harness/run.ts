import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Check, type CheckOutcome, type CheckResult, inconclusive, passed } from './check.ts';
import { GateError, messageOf } from './errors.ts';
import { maskValues } from './masking.ts';
import { judge, type Verdict } from './verdict.ts';

/** What was verified. Every field that is there was read off the real thing. */
export interface Subject {
  /** `digest` is the manifest digest in a registry; an image that no registry has seen has only its local `id`. `platform` is what ran: `linux/amd64`. */
  image?: { reference: string; id: string; digest?: string; platform?: string };
  database?: { name: string; odooVersion: string; modules: number };
  backup?: { digest: string };
  stack?: string;
  /** `sha256:…` of each folder of addons that was mounted beside the image: what was verified is more than the image. */
  addons?: string[];
}

/** What was done to the copy before the checks looked. They do not read it. */
export interface Sanitized {
  neutralizedBy: 'odoo neutralize' | 'sql';
  /** The rows that were written beside it, table by table. */
  changes: { table: string; action: 'updated' | 'deleted' | 'inserted'; columns: string[]; rows: number }[];
}

export interface Artifact {
  kind: 'screenshot' | 'trace' | 'log' | 'report';
  /** What it shows: `smoke.login: signed in`. */
  title: string;
  /** Relative to the output folder. */
  path: string;
}

/** One test of an addon, as its last attempt ended. */
export interface TestRun {
  addon: string;
  /** `test_greeting.TestGreeting.test_formal` */
  name: string;
  /** `flaky`: failed, and passed when it ran again. `unfinished`: Odoo ended before it did. */
  outcome: 'passed' | 'failed' | 'error' | 'skipped' | 'flaky' | 'unfinished';
  durationMs: number;
  /** How it failed, or why it was skipped, in one line. */
  message?: string;
  /** What Odoo logged of its failure, or of those of its subtests. */
  trace?: string;
}

/** How much of what there is one visitor of the browser saw. */
export interface Visits {
  /** `admin`, `user`, `portal`, `public` */
  role: string;
  menus: { seen: number; total: number };
  /** Of the screens that were seen. */
  views: { seen: number; total: number };
  pages: { seen: number; total: number };
  /** Lists whose first record was opened. */
  records: number;
  /** Screens that showed an error. */
  broken: number;
  notReached: { screen: string; reason: string }[];
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
  /** Absent where the copy was judged as it was found. */
  sanitized?: Sanitized;
  policy: { digest: string; required: string[] };
  verdict: Verdict;
  reasons: string[];
  checks: ReportedCheck[];
  /** Absent where no addon was tested. */
  tests?: TestRun[];
  /** Absent where no menus were walked. */
  visits?: Visits[];
  artifacts: Artifact[];
}

/** For one check, in ms: far above what the largest database needs. */
const CHECK_TIMEOUT_MS = 15 * 60_000;

/**
 * Runs checks one after the other. One that throws or does not end in time is inconclusive: a check that breaks never
 * counts as passed and never hides the others. What a foreign error says is masked.
 */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  { onResult = () => {}, timeoutMs = CHECK_TIMEOUT_MS }: RunChecksOptions = {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const started = performance.now();
    const outcome = await outcomeOf(check, context, timeoutMs);
    const result = resultOf(check, outcome, performance.now() - started);
    results.push(result);
    onResult(result);
  }
  return results;
}

export interface RunChecksOptions {
  onResult?(result: CheckResult): void;
  /** For each check, in ms. */
  timeoutMs?: number;
}

async function outcomeOf<Context>(check: Check<Context>, context: Context, timeoutMs: number): Promise<CheckOutcome> {
  const called = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: called.signal }).then(() =>
    inconclusive(`it did not end within ${timeoutMs / 1000} s`),
  );
  late.catch(() => {}); // called off when the check ends
  try {
    return await Promise.race([check.run(context), late]);
  } catch (error) {
    return inconclusive(error instanceof GateError ? error.message : maskValues(messageOf(error)));
  } finally {
    called.abort();
  }
}

/** An outcome under the name of its check. A pass without an assertion, however it came about, is none. */
export function resultOf(
  check: Pick<Check<never>, 'id' | 'title' | 'severity'>,
  outcome: CheckOutcome,
  durationMs: number,
): CheckResult {
  const { id, title, severity } = check;
  const sound = outcome.status === 'passed' ? passed(outcome.assertions) : outcome;
  return { id, title, severity, durationMs: Math.round(durationMs), ...sound };
}

/** Judges the results and binds them to subject and policy. */
export function buildReport(input: {
  toolVersion: string;
  startedAt: Date;
  finishedAt: Date;
  subject: Subject;
  sanitized?: Sanitized | undefined;
  required: readonly string[];
  results: readonly CheckResult[];
  tests?: readonly TestRun[];
  visits?: readonly Visits[] | undefined;
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
    ...(input.sanitized === undefined ? {} : { sanitized: input.sanitized }),
    policy: { digest: policyDigest(required), required },
    ...judge(input.results, required),
    checks: input.results.map((result) => ({ ...result, required: required.includes(result.id) })),
    ...(input.tests === undefined ? {} : { tests: [...input.tests] }),
    ...(input.visits === undefined ? {} : { visits: [...input.visits] }),
    artifacts: [...input.artifacts],
  };
}

/** `sha256:…` of the sorted list of required checks: two reports with one digest were held to the same policy. */
export function policyDigest(required: readonly string[]): string {
  const canonical = JSON.stringify({ required: [...new Set(required)].sort() });
  return `sha256:${createHash('sha256').update(canonical).digest('hex')}`;
}
