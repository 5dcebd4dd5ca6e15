import type { CTRFReport, Test } from 'ctrf';
import type { CheckStatus } from '../check.ts';
import type { ReportedCheck, RunReport, TestRun } from '../run.ts';
import { describeFinding } from './plain-text.ts';
import { explainVerdict, groupByArea } from './wording.ts';

/** CTRF has no word for "could not tell" that its readers count as bad: it is `failed`, `rawStatus` keeps the truth. */
const STATUS: Record<CheckStatus, Test['status']> = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'failed',
  'not-applicable': 'skipped',
};

/** Common Test Report Format 0.0.0 (ctrf.io). The first test is the verdict, so that a check that never ran shows as well. */
export function renderCtrf(report: RunReport): string {
  const verdict: Test = {
    name: 'verdict',
    status: report.verdict === 'pass' ? 'passed' : 'failed',
    rawStatus: report.verdict,
    duration: report.durationMs,
    suite: ['odoo-gate'],
    message: [explainVerdict(report), ...report.reasons].join('\n'),
  };
  const checks = groupByArea(report.checks).flatMap((area) => area.checks.map((check) => toTest(area.name, check)));
  const tests = [verdict, ...checks, ...(report.tests ?? []).map(ofAddon)];
  const count = (status: Test['status']) => tests.filter((test) => test.status === status).length;
  const ctrf: CTRFReport = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    timestamp: report.finishedAt,
    generatedBy: `odoo-gate ${report.tool.version}`,
    results: {
      tool: { name: report.tool.name, version: report.tool.version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: 0,
        other: 0,
        start: Date.parse(report.startedAt),
        stop: Date.parse(report.finishedAt),
        duration: report.durationMs,
      },
      tests,
    },
  };
  return `${JSON.stringify(ctrf, null, 2)}\n`;
}

function ofAddon({ addon, name, outcome, durationMs, message, trace }: TestRun): Test {
  const failed = ['failed', 'error', 'unfinished'].includes(outcome);
  return {
    name,
    status: failed ? 'failed' : outcome === 'skipped' ? 'skipped' : 'passed',
    rawStatus: outcome,
    duration: durationMs,
    suite: [addon],
    ...(outcome === 'flaky' ? { flaky: true } : {}),
    ...(message === undefined ? {} : { message }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function toTest(area: string, check: ReportedCheck): Test {
  return {
    name: check.title,
    status: STATUS[check.status],
    rawStatus: check.status,
    duration: check.durationMs,
    suite: [area],
    tags: [check.id, check.severity, check.required ? 'required' : 'not-required'],
    ...messageOfCheck(check),
  };
}

function messageOfCheck(check: ReportedCheck): Pick<Test, 'message'> {
  if (check.status === 'failed') return { message: check.findings.map(describeFinding).join('\n') };
  if (check.status === 'passed') return {};
  return { message: check.reason };
}
