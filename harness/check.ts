/** The contract of one check: what it is, what it needs, what it may answer. */

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** What a check has to reach. A check whose need can't be met is inconclusive, never skipped in silence. */
type Need = 'sql' | 'rpc' | 'browser' | 'image' | 'log' | 'filestore' | 'network';

/** One thing that is wrong. Never holds a secret or a personal value: masked, or a count. */
export interface Finding {
  message: string;
  /** `table.column`, a file, a menu, a log line. */
  location?: string;
  /** How many rows, files or times. */
  count?: number;
  /** What to do about it. */
  fix?: string;
  /** What happens otherwise. */
  why?: string;
  /** Where that is known from. */
  source?: string;
}

/** What a check may answer; see `passed`, `failed`, `notApplicable`, `inconclusive`. */
export type CheckOutcome =
  | { status: 'passed'; assertions: number }
  | { status: 'failed'; assertions: number; findings: readonly [Finding, ...Finding[]] }
  | { status: 'not-applicable'; reason: string }
  | { status: 'inconclusive'; reason: string };

export type CheckStatus = CheckOutcome['status'];

export interface Check<Context> {
  /** Stable and namespaced: `sanitize.mail-servers`, `smoke.login`. */
  id: string;
  title: string;
  severity: Severity;
  needs: readonly Need[];
  run(context: Context): Promise<CheckOutcome>;
}

/** An outcome together with what it is the outcome of. */
export type CheckResult = CheckOutcome & {
  id: string;
  title: string;
  severity: Severity;
  durationMs: number;
};

/** It looked, and all held. Zero assertions can't pass: nothing was looked at. */
export function passed(assertions: number): CheckOutcome {
  if (!Number.isInteger(assertions) || assertions < 1) {
    return inconclusive('the check made no assertion');
  }
  return { status: 'passed', assertions };
}

/** It looked, and found these; with no finding it passed. `assertions` counts every comparison made, held or not. */
export function failedUnlessEmpty(findings: readonly Finding[], assertions: number): CheckOutcome {
  const [first, ...rest] = findings;
  if (first === undefined) return passed(assertions);
  return { status: 'failed', assertions, findings: [first, ...rest] };
}

/** Proven not to concern this subject, for example because the module is not installed. */
export function notApplicable(reason: string): CheckOutcome {
  return { status: 'not-applicable', reason };
}

/** It could not tell: no permission, server gone, timed out. Never counts as passed. */
export function inconclusive(reason: string): CheckOutcome {
  return { status: 'inconclusive', reason };
}
