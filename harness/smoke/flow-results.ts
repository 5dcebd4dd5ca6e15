import {
  type CheckOutcome,
  type CheckResult,
  type Finding,
  failedUnlessEmpty,
  inconclusive,
  notApplicable,
  passed,
} from '../check.ts';
import { maskValues } from '../masking.ts';
import { resultOf } from '../run.ts';
import type { ProblemKind } from './known-noise.ts';
import { NO_PROBLEMS, type TestEnded } from './run-events.ts';

/** What to do about a problem. */
export const FIX: Record<ProblemKind, string> = {
  'script-error':
    'Open the screenshot, then the page in a browser with ?debug=assets, and look for the script that throws.',
  'console-error':
    "Open the page in a browser and read its console; if a healthy page says so, name it in the smoke test's known noise.",
  'server-error': "Look for the traceback in Odoo's log at the time of the run.",
  'http-error': "Look for the request in Odoo's log, and in the proxy's.",
  'broken-asset':
    'Delete the attachments under /web/assets so that Odoo builds them anew, and check that the filestore is complete.',
  'error-dialog': 'Open the screenshot of the step: it shows the dialog.',
  'blank-screen': 'Open the screen in a browser: nothing is drawn, and no error tells why.',
  'dirty-form':
    'Look for a computed field, a widget or an onchange that changes the record as it opens: users lose, or save, what they never typed.',
  'missing-model': 'Remove the menu and its action, or install the module that has the model.',
  stuck: "Look in Odoo's log for the call that does not end.",
  'no-answer': 'Check that Odoo still runs.',
};

// The browser or the server went away: that says nothing about the page.
const LOST = /net::ERR_|browserType\.launch|has been closed|Target crashed|Page crashed|Odoo at .* does not answer/;

/** The result of one flow out of those of its tests, of which there are `expected`. A test that did not end leaves it inconclusive, never passed. */
export function resultOfFlow(flow: string, tests: readonly TestEnded[], expected: number): CheckResult {
  const [first] = tests;
  const check = { id: `smoke.${flow}`, title: first?.title ?? flow, severity: first?.severity ?? 'high' } as const;
  const duration = tests.reduce((sum, test) => sum + test.durationMs, 0);
  const outcomes = tests.map(outcomeOf);
  if (tests.length < expected || expected === 0) outcomes.push(inconclusive('the flow did not run to its end'));
  return resultOf(check, worst(outcomes), duration);
}

/**
 * Chromium drops every connection when an address of this machine comes or goes (any container that starts or ends),
 * and says so by a name of its own. It is never an answer of Odoo, so the flow may be run again.
 */
export function networkChanged({ records, errors }: TestEnded): boolean {
  const messages = [
    ...records.map((record) => (record.type === 'problem' ? record.message : '')),
    ...errors.map(({ message }) => message),
  ];
  return messages.some((message) => message.includes('net::ERR_NETWORK_CHANGED'));
}

/** The result of a flow that never got as far as running. */
export function resultWithoutRun(flow: string, reason: string): CheckResult {
  return resultOf({ id: `smoke.${flow}`, title: `Flow ${flow}`, severity: 'high' }, inconclusive(reason), 0);
}

function worst(outcomes: readonly CheckOutcome[]): CheckOutcome {
  const findings = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? outcome.findings : []));
  const assertions = outcomes.reduce((sum, each) => sum + ('assertions' in each ? each.assertions : 0), 0);
  if (findings.length > 0) return failedUnlessEmpty(findings, assertions);
  const unclear = outcomes.find((outcome) => outcome.status === 'inconclusive');
  if (unclear !== undefined) return unclear;
  const irrelevant = outcomes.find((outcome) => outcome.status === 'not-applicable');
  return assertions === 0 && irrelevant !== undefined ? irrelevant : passed(assertions);
}

function outcomeOf(test: TestEnded): CheckOutcome {
  const problems = test.records.filter((record) => record.type === 'problem');
  const errors = test.errors.filter((error) => !error.message.startsWith(NO_PROBLEMS));
  const lost = errors.find((error) => LOST.test(error.message));
  if (lost !== undefined || problems.some((problem) => problem.kind === 'no-answer')) {
    return inconclusive('the browser or Odoo went away during the flow');
  }
  const hasTrace = test.records.some((record) => record.type === 'artifact' && record.kind === 'trace');
  const findings: Finding[] = [
    ...problems.map(({ step, kind, message, location }) => ({
      message: `${step}: ${message}`,
      ...(location !== undefined && { location }),
      fix: FIX[kind],
    })),
    ...(test.status === 'failed' ? errors : []).map(({ step, message, location }) => ({
      message: `${step ?? test.title}: ${describeFailure(message)}`,
      ...(location !== undefined && { location }),
      fix: hasTrace
        ? 'Open the screenshot of the step, then the trace with `npx playwright show-trace`.'
        : 'Open the screenshot of the step.',
    })),
  ];
  if (findings.length > 0) return failedUnlessEmpty(findings, test.assertions);
  switch (test.status) {
    case 'passed':
      return passed(test.assertions);
    case 'skipped':
      return skippedFor(test);
    case 'timedOut':
      return inconclusive(`the flow did not end within ${Math.round(test.durationMs / 1000)} s`);
    case 'failed':
    case 'interrupted':
      return inconclusive('the flow was interrupted');
  }
}

/** An expectation's own words say what should be; Playwright's say what happened. */
function describeFailure(message: string): string {
  const text = maskValues(message);
  return /^(expect\(|locator\.|page\.|\w*Error:)/.test(text) ? text : `not met: ${text}`;
}

function skippedFor({ annotations }: TestEnded): CheckOutcome {
  const proof = annotations.find(({ type }) => type === 'not-applicable')?.description;
  if (proof !== undefined) return notApplicable(proof);
  return inconclusive(
    annotations.find(({ type }) => type === 'inconclusive')?.description ?? 'the flow is marked as skipped',
  );
}
