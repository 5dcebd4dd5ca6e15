import type { ReportedCheck, RunReport, TestRun } from '../run.ts';
import { type Markup, markup } from './markup.ts';
import { describeFinding, plural } from './plain-text.ts';
import { explainVerdict, groupByArea } from './wording.ts';

interface Suite {
  name: string;
  cases: Case[];
}

interface Case {
  className: string;
  name: string;
  durationMs: number;
  result: 'passed' | 'failure' | 'error' | 'skipped';
  type: string;
  message: string;
  details: string;
}

/**
 * JUnit XML: one suite an area, one case a check; then one suite an addon, one case a test. Failed is a failure, inconclusive an error (never skipped), not
 * applicable is skipped. The first case is the verdict itself, so that a required check that never ran shows as well.
 */
export function renderJunit(report: RunReport): string {
  const areas = groupByArea(report.checks);
  const suites = [
    { name: 'Verdict', cases: [verdictCase(report)] },
    ...areas.map(({ name, checks }) => ({ name, cases: checks.map(checkCase) })),
    ...[...Map.groupBy(report.tests ?? [], ({ addon }) => addon)].map(([name, tests]) => ({
      name,
      cases: tests.map(testCase),
    })),
  ];
  const all = suites.flatMap(({ cases }) => cases);
  return `${markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="odoo-gate"${figures(all)} time="${report.durationMs / 1_000}" timestamp="${report.startedAt}">
${suites.map((suite) => renderSuite(suite, report.startedAt))}</testsuites>
`}`;
}

function verdictCase(report: RunReport): Case {
  return {
    className: 'odoo-gate.verdict',
    name: 'The verdict is pass',
    durationMs: report.durationMs,
    result: ({ pass: 'passed', refuse: 'failure', inconclusive: 'error' } as const)[report.verdict],
    type: report.verdict,
    message: explainVerdict(report),
    details: report.reasons.join('\n'),
  };
}

function checkCase(check: ReportedCheck): Case {
  const { id, title, durationMs } = check;
  const type = `${check.severity}, ${check.required ? 'required' : 'not required'}`;
  const common = { className: id, name: title, durationMs, type };
  switch (check.status) {
    case 'passed':
      return { ...common, result: 'passed', message: '', details: '' };
    case 'failed': {
      const message = plural(check.findings.length, 'finding');
      return { ...common, result: 'failure', message, details: check.findings.map(describeFinding).join('\n') };
    }
    case 'inconclusive':
      return { ...common, result: 'error', message: `could not tell: ${check.reason}`, details: check.reason };
    case 'not-applicable':
      return { ...common, result: 'skipped', message: check.reason, details: '' };
  }
}

/** JUnit knows no flaky test: it passed at last, and `tests.flaky` names it. */
function testCase({ addon, name, outcome, durationMs, message = '', trace = message }: TestRun): Case {
  const result = (
    {
      passed: 'passed',
      flaky: 'passed',
      skipped: 'skipped',
      failed: 'failure',
      error: 'error',
      unfinished: 'error',
    } as const
  )[outcome];
  const [className = '', method = name] = splitAtLastDot(name);
  return {
    className: `${addon}.${className}`,
    name: method,
    durationMs,
    result,
    type: outcome,
    message,
    details: trace,
  };
}

function splitAtLastDot(name: string): string[] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
}

function renderSuite({ name, cases }: Suite, timestamp: string): Markup {
  const time = cases.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000;
  return markup`  <testsuite name="${name}"${figures(cases)} time="${time}" timestamp="${timestamp}">
${cases.map(renderCase)}  </testsuite>
`;
}

function renderCase({ className, name, durationMs, result, type, message, details }: Case): Markup {
  const start = markup`    <testcase classname="${className}" name="${name}" time="${durationMs / 1_000}"`;
  switch (result) {
    case 'passed':
      return markup`${start}/>\n`;
    case 'skipped':
      return markup`${start}><skipped message="${message}"/></testcase>\n`;
    case 'failure':
      return markup`${start}><failure type="${type}" message="${message}">${details}</failure></testcase>\n`;
    case 'error':
      return markup`${start}><error type="${type}" message="${message}">${details}</error></testcase>\n`;
  }
}

function figures(cases: readonly Case[]): Markup {
  const count = (result: Case['result']) => cases.filter((each) => each.result === result).length;
  return markup` tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}
