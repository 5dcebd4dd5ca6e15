import {
  type CheckOutcome,
  type CheckResult,
  type Finding,
  failedUnlessEmpty,
  inconclusive,
  notApplicable,
} from '../check.ts';
import { resultOf, type TestRun } from '../run.ts';
import { modulesLeftOut } from '../stack/modules-left-out.ts';
import type { Addon, ModuleGraph } from './addon.ts';
import { type AllowedRecord, isAllowed } from './allowed-log.ts';
import { findObstacle, type Obstacle } from './dependencies.ts';
import type { Complaint, LoggedTest } from './test-log.ts';
import type { ShardResult } from './test-shard.ts';
import type { Broken } from './why-stopped.ts';

/** Why an addon need not be tried at all. */
export function brokenBefore(graph: ModuleGraph, addon: Addon): Broken | undefined {
  if (addon.unreadable !== undefined) {
    return { kind: 'failed', reason: `its manifest can't be read: ${addon.unreadable}` };
  }
  const obstacle = findObstacle(graph, addon.name);
  return obstacle === undefined ? undefined : { kind: 'failed', reason: describeObstacle(obstacle) };
}

function describeObstacle({ kind, path }: Obstacle): string {
  const way = path.join(' → ');
  const last = path.at(-1);
  if (kind === 'circular') return `its dependencies go in a circle: ${way}`;
  return kind === 'missing'
    ? `it depends on ${last}, which neither the image nor the addons hold: ${way}`
    : `it depends on ${last}, whose manifest says that it is not installable, or can't be read: ${way}`;
}

/** One result a test, whatever number of times it ran. */
export function finalRuns(attempts: readonly LoggedTest[]): TestRun[] {
  const byTest = Map.groupBy(attempts, ({ addon, name }) => `${addon}/${name}`);
  const runs = [...byTest.values()].flatMap((all): TestRun[] => {
    const bad = all.find(({ outcome }) => outcome === 'failed' || outcome === 'error');
    const good = all.find(({ outcome }) => outcome === 'passed' || outcome === 'skipped');
    const shown = bad ?? good ?? all[0];
    if (shown === undefined) return [];
    const { addon, name, outcome, durationMs, message } = shown;
    const final = bad !== undefined && good?.outcome === 'passed' ? 'flaky' : outcome;
    return [{ addon, name, outcome: final, durationMs, ...told(shown === bad, message) }];
  });
  return runs.sort((a, b) => (a.addon === b.addon ? 0 : a.addon < b.addon ? -1 : 1));
}

function told(isFailure: boolean, message: string | undefined): Pick<TestRun, 'message' | 'trace'> {
  if (message === undefined) return {};
  return isFailure ? { message: exceptionIn(message), trace: message } : { message };
}

/** The line that names the exception; of subtests, that of the first. */
function exceptionIn(trace: string): string {
  const [, ...lines] = trace.split('\n');
  const next = lines.findIndex((line) => /^(?:FAIL|ERROR): /.test(line));
  const first = lines.slice(0, next === -1 ? undefined : next);
  // A chain of exceptions ends with the one that was not caught.
  return (first.findLast((line) => /^[A-Za-z_][\w.]*(?:: |$)/.test(line)) ?? trace.split('\n')[0] ?? '').trim();
}

interface Judged {
  requireTests: boolean;
  hasBrowser: boolean;
}

/** `tests.<addon>`: it can be installed, has run the tests that it has, and none failed. */
export function judgeAddon(
  addon: Addon,
  tests: readonly TestRun[],
  broken: Broken | undefined,
  judged: Judged,
): CheckResult {
  const identity = {
    id: `tests.${addon.name}`,
    title: titleOf(addon.name, tests),
    severity: 'high',
  } as const;
  const durationMs = tests.reduce((sum, test) => sum + test.durationMs, 0);
  return resultOf(identity, outcomeOf(addon, tests, broken, judged), durationMs);
}

function titleOf(name: string, tests: readonly TestRun[]): string {
  if (tests.length === 0) return `${name} is tested`;
  return `${name} is tested: ${tests.length} ${tests.length === 1 ? 'test' : 'tests'}`;
}

function outcomeOf(
  addon: Addon,
  tests: readonly TestRun[],
  broken: Broken | undefined,
  { requireTests, hasBrowser }: Judged,
): CheckOutcome {
  if (!addon.installable) return notApplicable('its manifest says that it is not installable');
  const failed = tests.filter(({ outcome }) => outcome === 'failed' || outcome === 'error').map(describeFailure);
  if (broken?.kind === 'failed') failed.unshift({ message: broken.reason, location: addon.name });
  if (failed.length > 0) return failedUnlessEmpty(failed, Math.max(1, tests.length));
  if (broken !== undefined) return inconclusive(broken.reason);
  const unfinished = tests.find(({ outcome }) => outcome === 'unfinished');
  if (unfinished !== undefined) return inconclusive(`${unfinished.name} did not end`);

  const ran = tests.filter(({ outcome }) => outcome !== 'skipped');
  const unseen = tests.filter((test) => test.outcome === 'skipped' && forWantOfBrowser(test, hasBrowser));
  if (unseen.length > 0) {
    const names = unseen.map(({ name }) => name).join(', ');
    return inconclusive(
      `skipped for want of a browser or websocket-client in the image: ${names}; add the packages chromium and python3-websocket`,
    );
  }
  if (addon.hasTests && tests.length === 0) {
    const fix = 'Import the test modules in tests/__init__.py, and see that they are not tagged -standard.';
    return failedUnlessEmpty([{ message: 'it has tests, of which none ran', location: `${addon.name}/tests`, fix }], 1);
  }
  if (ran.length > 0) return failedUnlessEmpty([], ran.length);
  if (tests.length > 0) return inconclusive('every test was skipped');
  return requireTests
    ? failedUnlessEmpty(
        [{ message: 'it has no tests', location: addon.name, fix: 'Add tests, or leave out --require-tests.' }],
        1,
      )
    : notApplicable('it has no tests; it was installed without an error');
}

/** Odoo 14 does not log why a test is skipped: without a browser it may be for that. */
function forWantOfBrowser({ message }: TestRun, hasBrowser: boolean): boolean {
  return message === undefined ? !hasBrowser : /chrome|websocket-client|devtools/i.test(message);
}

function describeFailure({ addon, name, message = 'failed', trace = '' }: TestRun): Finding {
  return { message: `${name}: ${message.slice(0, 300)}`, location: placeOf(addon, trace.split('\n')) };
}

/** The deepest line of the addon's own code: `sale_custom/tests/test_sale.py:12`. */
function placeOf(addon: string, traceback: readonly string[]): string {
  const frames = traceback.flatMap((line) => {
    const [, path = '', number = ''] = /^ +File "([^"]+)", line (\d+)/.exec(line) ?? [];
    const inside = path.lastIndexOf(`/${addon}/`);
    return inside === -1 ? [] : [`${path.slice(inside + 1)}:${number}`];
  });
  return frames.at(-1) ?? addon;
}

/** `tests.flaky`: it stands in nobody's way, and nobody overlooks it. */
export function judgeFlaky(tests: readonly TestRun[]): CheckResult {
  const flaky = tests.filter(({ outcome }) => outcome === 'flaky');
  const findings = flaky.map((test) => {
    const { message, location = test.addon } = describeFailure(test);
    return { message: `failed, then passed alone: ${message}`, location };
  });
  const identity = { id: 'tests.flaky', title: 'No test failed and then passed', severity: 'medium' } as const;
  const outcome = tests.length === 0 ? notApplicable('no test ran') : failedUnlessEmpty(findings, tests.length);
  return resultOf(identity, outcome, 0);
}

/** `tests.log`: nothing above INFO but what a list allows; modules that Odoo leaves out in silence are on no list. */
export function judgeLog(
  {
    complaints,
    furtherComplaints,
    records,
    cutOff,
  }: Pick<ShardResult, 'complaints' | 'furtherComplaints' | 'records' | 'cutOff'>,
  tested: number,
  allowed: readonly AllowedRecord[],
): CheckResult {
  const leftOut = modulesLeftOut({ problems: complaints });
  const others = complaints.filter(
    (record) => modulesLeftOut({ problems: [record] }).length === 0 && !isAllowed(record, allowed),
  );
  const groups = Map.groupBy(others, ({ level, logger, message }) => `${level} ${logger} ${firstLineOf(message)}`);
  const findings: Finding[] = [...leftOut];
  for (const records of groups.values()) {
    const [first] = records;
    if (first !== undefined) findings.push({ ...describeComplaint(first), count: records.length });
  }
  if (furtherComplaints > 0)
    findings.push({ message: 'more warnings and errors than are kept', count: furtherComplaints });
  const outcome =
    tested === 0
      ? notApplicable('no addon was installed')
      : cutOff && findings.length === 0
        ? inconclusive('Odoo was ended from outside: what it would have logged is not known')
        : failedUnlessEmpty(findings, records);
  const identity = { id: 'tests.log', title: "Odoo's log is free of warnings and errors", severity: 'high' } as const;
  return resultOf(identity, outcome, 0);
}

function describeComplaint({ level, logger, message, during }: Complaint): Finding {
  return {
    message: `${level}: ${firstLineOf(message).slice(0, 300)}${during === '' ? '' : ` (during ${during})`}`,
    location: logger,
    fix: 'Mend it, or allow it with a reason in the file of --log-allowed.',
  };
}

function firstLineOf(message: string): string {
  return message.trim().split('\n')[0] ?? '';
}
