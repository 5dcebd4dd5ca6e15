import type { CheckResult, CheckStatus } from './check.ts';
import type { ExitCode } from './errors.ts';

export type Verdict = 'pass' | 'refuse' | 'inconclusive';

export interface Judgement {
  verdict: Verdict;
  /** One sentence per check that stands in the way, the worst first. */
  reasons: string[];
}

const SEVERITIES = ['critical', 'high', 'medium', 'low'];

/**
 * `pass` only if every required check is there exactly once and passed or is not applicable by proof;
 * `refuse` if one failed; `inconclusive` otherwise. Nothing required, or nothing passed, can't pass.
 * Checks that are not required never stand in the way.
 */
export function judge(
  results: readonly Pick<CheckResult, 'id' | 'title' | 'severity' | 'status'>[],
  required: readonly string[],
): Judgement {
  const byId = Map.groupBy(results, (result) => result.id);
  const failed: (typeof results)[number][] = [];
  const unclear: string[] = [];
  let passedCount = 0;

  for (const id of new Set(required)) {
    const found = byId.get(id) ?? [];
    const failures = found.filter(({ status }) => status === 'failed');
    const [result] = found;
    if (failures.length > 0) failed.push(...failures);
    else if (result === undefined) unclear.push(`${id}: required, but it did not run`);
    else if (found.length > 1) unclear.push(`${id}: reported ${found.length} times`);
    else if (result.status === 'passed') passedCount += 1;
    // Whatever is not known to be safe, also a status of a later version, could not tell.
    else if (result.status !== 'not-applicable') unclear.push(`${id}: ${result.title}: could not tell`);
  }
  failed.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const failures = failed.map((result) => `${result.id}: ${result.title}: failed (${result.severity})`);

  if (failures.length > 0) return { verdict: 'refuse', reasons: [...failures, ...unclear] };
  if (unclear.length > 0) return { verdict: 'inconclusive', reasons: unclear };
  if (passedCount === 0) return { verdict: 'inconclusive', reasons: ['no required check passed: nothing was proven'] };
  return { verdict: 'pass', reasons: [] };
}

/** The exit code that a verdict ends a command with. */
export function exitCodeOf(verdict: Verdict): ExitCode {
  const exitCodes = { pass: 0, refuse: 1, inconclusive: 3 } as const satisfies Record<Verdict, ExitCode>;
  return exitCodes[verdict];
}

/** How often each status occurs. */
export function countByStatus(results: readonly { status: CheckStatus }[]): Record<CheckStatus, number> {
  const counts = { passed: 0, failed: 0, 'not-applicable': 0, inconclusive: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}
