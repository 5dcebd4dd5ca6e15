import { UsageError } from '../errors.ts';

/** A coverage report that can't be trusted, and why. Nothing of its content is repeated but line numbers and file names. */
export class CoverageReportError extends UsageError {
  constructor(code: string, report: string, problem: string, next: string, cause?: unknown) {
    super(code, `coverage report ${report}: ${problem}`, { next, cause });
  }
}

export function truncated(report: string, problem: string, cause?: unknown): CoverageReportError {
  const next = 'Make the report again, and check that the test run and the upload of its result ended well.';
  return new CoverageReportError('coverage-report-truncated', report, problem, next, cause);
}

export function malformed(report: string, problem: string): CoverageReportError {
  const next = 'Make the report again with `coverage json` or `coverage xml`, or with c8, vitest or jest.';
  return new CoverageReportError('coverage-report-malformed', report, problem, next);
}

export function contradictory(report: string, problem: string): CoverageReportError {
  const next =
    'Its figures can not all be true. For Python use `coverage json`: LCOV written by coverage.py counts docstrings and excluded lines as covered.';
  return new CoverageReportError('coverage-report-contradictory', report, problem, next);
}
