import { expect, test } from 'vitest';
import { networkChanged, resultOfFlow } from '../../../harness/smoke/flow-results.ts';
import { NO_PROBLEMS, type TestEnded } from '../../../harness/smoke/run-events.ts';

const ended: TestEnded = {
  type: 'test',
  flow: 'sale',
  title: 'A quotation is made',
  severity: 'high',
  status: 'passed',
  durationMs: 1200,
  assertions: 3,
  errors: [],
  annotations: [],
  records: [],
};
const problem = { type: 'problem', step: 'Confirmed', kind: 'server-error', message: 'broke' } as const;

test('a flow passes with the expectations that were evaluated', () => {
  expect(resultOfFlow('sale', [ended, ended], 2)).toEqual({
    id: 'smoke.sale',
    title: 'A quotation is made',
    severity: 'high',
    durationMs: 2400,
    status: 'passed',
    assertions: 6,
  });
});

test.each<[string, Partial<TestEnded>, number, string]>([
  ['a test that evaluated nothing', { assertions: 0 }, 1, 'inconclusive'],
  ['fewer tests than the file has', {}, 2, 'inconclusive'],
  ['a file without tests', {}, 0, 'inconclusive'],
  ['a skipped test', { status: 'skipped', assertions: 0 }, 1, 'inconclusive'],
  ['an interrupted test', { status: 'interrupted' }, 1, 'inconclusive'],
  ['a test that took too long', { status: 'timedOut', errors: [{ message: 'Test timeout' }] }, 1, 'inconclusive'],
  ['a failure without an error', { status: 'failed' }, 1, 'inconclusive'],
  [
    'a lost browser',
    { status: 'failed', errors: [{ message: 'page.goto: Target page has been closed' }] },
    1,
    'inconclusive',
  ],
  [
    'a lost server',
    { status: 'failed', errors: [{ message: 'page.goto: net::ERR_CONNECTION_REFUSED at' }] },
    1,
    'inconclusive',
  ],
  ['a call without any answer', { status: 'failed', records: [{ ...problem, kind: 'no-answer' }] }, 1, 'inconclusive'],
  ['an unmet expectation', { status: 'failed', errors: [{ message: 'a view' }] }, 1, 'failed'],
  ['a problem in a test that ended well', { records: [problem] }, 1, 'failed'],
  ['a problem in a test that took too long', { status: 'timedOut', records: [problem] }, 1, 'failed'],
])('%s: the flow counts as it should', (_, change, expected, status) => {
  expect(resultOfFlow('sale', [{ ...ended, ...change }], expected).status).toBe(status);
});

test('a flow is not applicable only by a stated proof', () => {
  const annotations = [{ type: 'not-applicable', description: 'the module sale is not installed' }];
  expect(resultOfFlow('sale', [{ ...ended, status: 'skipped', assertions: 0, annotations }], 1)).toMatchObject({
    status: 'not-applicable',
    reason: 'the module sale is not installed',
  });
});

test('one failed test fails the flow, whatever the others did', () => {
  const failed: TestEnded = { ...ended, status: 'failed', errors: [{ message: 'a view' }] };
  expect(resultOfFlow('sale', [ended, failed, { ...ended, status: 'skipped' }], 4).status).toBe('failed');
});

test('a finding names step and place, and no value', () => {
  const errors = [{ step: 'Confirmed', message: 'it belongs to "Jane Doe"', location: 'sale.flow.ts:12' }];
  expect(resultOfFlow('sale', [{ ...ended, status: 'failed', errors }], 1)).toMatchObject({
    findings: [{ message: 'Confirmed: not met: it belongs to "…"', location: 'sale.flow.ts:12' }],
  });
});

test('a problem is told once, not again as the expectation that caught it', () => {
  const errors = [{ step: 'Confirmed', message: NO_PROBLEMS }];
  const result = resultOfFlow('sale', [{ ...ended, status: 'failed', errors, records: [problem] }], 1);
  expect(result).toMatchObject({ findings: [{ message: 'Confirmed: broke' }] });
});

// Recorded from Chromium 156; which changes of a network make it say so can't be produced on demand.
test.each<[string, Partial<TestEnded>, boolean]>([
  [
    'a picture that got no answer as this machine’s network changed',
    { records: [{ ...problem, kind: 'no-answer', message: 'No answer (net::ERR_NETWORK_CHANGED)' }] },
    true,
  ],
  [
    'a page that could not be opened for it',
    { errors: [{ message: 'page.goto: net::ERR_NETWORK_CHANGED at http://odoo' }] },
    true,
  ],
  [
    'a server that went away',
    { errors: [{ message: 'page.goto: net::ERR_CONNECTION_REFUSED at http://odoo' }] },
    false,
  ],
  ['an error of the server', { records: [problem] }, false],
  ['nothing at all', {}, false],
])('%s is (not) run again', (_what, change, again) => {
  expect(networkChanged({ ...ended, ...change })).toBe(again);
});

test('a flow that the network broke is inconclusive, whatever else it met', () => {
  const records = [
    problem,
    { ...problem, kind: 'no-answer' as const, message: 'No answer (net::ERR_NETWORK_CHANGED)' },
  ];
  expect(resultOfFlow('sale', [{ ...ended, records }], 1).status).toBe('inconclusive');
});
