import { realpath } from 'node:fs/promises';
import { type CheckOutcome, type CheckResult, failedUnlessEmpty } from '../check.ts';
import { UsageError } from '../errors.ts';
import { resultOf } from '../run.ts';
import { explainDecrease } from './explain-decrease.ts';
import { type Coverage, mergeCoverage, type Totals, totalsOf } from './model.ts';
import { describeTotals, holds, type Percent, parsePercent, reaches } from './percent.ts';
import { readReport } from './read-report.ts';

export interface CoverageGate {
  /** coverage.py JSON and LCOV files, told apart by content and merged by union of lines. */
  reports: readonly string[];
  /** The report of the commit to compare with. */
  base?: string;
  /** The least line coverage, in percent. */
  min: number;
  /** How many percentage points below the base are allowed; 0 unless told. */
  tolerance?: number;
}

interface Judged {
  check: Pick<CheckResult, 'id' | 'title' | 'severity'>;
  outcome: CheckOutcome;
}

/**
 * `coverage.total`: line coverage ≥ min. With a base also `coverage.no-decrease`: line coverage ≥ base − tolerance.
 * Without one, `coverage.no-decrease` is not produced at all: a policy that requires it then judges the run
 * inconclusive, never passed. Both compare exact integers; branches are not counted.
 *
 * @throws UsageError if a report or the base is missing or can't be trusted, or a percentage is none
 */
export async function gateCoverage({ reports, base, min, tolerance = 0 }: CoverageGate): Promise<CheckResult[]> {
  const least = parsePercent(min, '--min');
  const allowed = parsePercent(tolerance, '--tolerance');
  if (reports.length === 0) {
    throw new UsageError('coverage-report-missing', 'no coverage report was given', {
      next: 'Name at least one report: the output of `coverage json`, or an LCOV file.',
    });
  }

  const started = performance.now();
  const head = mergeCoverage(await inTurn(reports, readReport));
  const total = judgeTotal(totalsOf(head), least, min);
  const results = [resultOf(total.check, total.outcome, performance.now() - started)];
  if (base !== undefined) {
    const comparing = performance.now();
    await refuseReportAsItsOwnBase(base, reports);
    const decrease = judgeDecrease(await readReport(base), head, allowed, tolerance);
    results.push(resultOf(decrease.check, decrease.outcome, performance.now() - comparing));
  }
  return results;
}

function judgeTotal(totals: Totals, least: Percent, min: number): Judged {
  const measured = describeTotals(totals);
  const below = {
    message: `line coverage is ${measured}, below ${min} %`,
    fix: 'Add tests for the lines that none reaches.',
  };
  return {
    check: {
      id: 'coverage.total',
      title: `Line coverage ${measured}, at least ${min} % required`,
      severity: 'high',
    },
    outcome: failedUnlessEmpty(reaches(totals, least) ? [] : [below], 1),
  };
}

function judgeDecrease(base: Coverage, head: Coverage, allowed: Percent, tolerance: number): Judged {
  const before = totalsOf(base);
  const after = totalsOf(head);
  const change = `${describeTotals(before)} before, ${describeTotals(after)} now`;
  const margin = tolerance === 0 ? 'no decrease allowed' : `${tolerance} points less allowed`;
  const fell = {
    message: `line coverage fell: ${change}`,
    fix: 'Add tests for the files below, or allow the decrease with `--tolerance`.',
  };
  return {
    check: { id: 'coverage.no-decrease', title: `Line coverage ${change}, ${margin}`, severity: 'high' },
    outcome: failedUnlessEmpty(holds(after, before, allowed) ? [] : [fell, ...explainDecrease(base, head)], 1),
  };
}

async function refuseReportAsItsOwnBase(base: string, reports: readonly string[]): Promise<void> {
  const real = await realpath(base).catch(() => base);
  const own = await inTurn(reports, (report) => realpath(report));
  if (!own.includes(real)) return;
  throw new UsageError('coverage-base-is-report', `${base} is both a report and the base: nothing would be compared`, {
    next: 'Give as --base the report of the commit that the change is merged into.',
  });
}

/** One report after the other: a large one is read while no other is held half-parsed. */
async function inTurn<T>(paths: readonly string[], read: (path: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const path of paths) results.push(await read(path));
  return results;
}
