import { describe, expect, test } from 'vitest';
import type { Addon } from '../../../harness/addon-tests/addon.ts';
import { brokenBefore, finalRuns, judgeAddon, judgeFlaky, judgeLog } from '../../../harness/addon-tests/judge.ts';
import type { Complaint, LoggedTest } from '../../../harness/addon-tests/test-log.ts';
import type { Broken } from '../../../harness/addon-tests/why-stopped.ts';
import type { TestRun } from '../../../harness/run.ts';

const ADDON: Addon = { name: 'shop', path: '/shop', depends: [], installable: true, hasTests: true };
const run = (outcome: TestRun['outcome'], message?: string): TestRun => ({
  addon: 'shop',
  name: 'test_shop.TestShop.test_price',
  outcome,
  durationMs: 5,
  ...(message === undefined ? {} : { message }),
});
const judge = (tests: TestRun[], { addon = {}, broken, requireTests = false, hasBrowser = true }: Judging = {}) =>
  judgeAddon({ ...ADDON, ...addon }, tests, broken, { requireTests, hasBrowser });
interface Judging {
  addon?: Partial<Addon>;
  broken?: Broken;
  requireTests?: boolean;
  hasBrowser?: boolean;
}

describe('an addon', () => {
  test('passes when a test passed and none failed', () => {
    expect(judge([run('passed'), run('skipped', 'not on Sundays')])).toMatchObject({ status: 'passed', assertions: 1 });
  });

  test('with a failing test fails, and names test, error and line', () => {
    const trace = `FAIL: TestShop.test_price
Traceback (most recent call last):
  File "/mnt/odoo-gate-modules/shop/tests/test_shop.py", line 12, in test_price
    self.assertEqual(1, 2)
AssertionError: 1 != 2`;
    expect(judge([{ ...run('failed', 'AssertionError: 1 != 2'), trace }])).toMatchObject({
      status: 'failed',
      findings: [
        { message: 'test_shop.TestShop.test_price: AssertionError: 1 != 2', location: 'shop/tests/test_shop.py:12' },
      ],
    });
  });

  test('that has tests of which none ran fails', () => {
    expect(judge([])).toMatchObject({ status: 'failed', findings: [{ message: 'it has tests, of which none ran' }] });
  });

  test('without tests does not apply, unless tests are required', () => {
    const addon = { hasTests: false };
    expect(judge([], { addon })).toMatchObject({ status: 'not-applicable' });
    expect(judge([], { addon, requireTests: true })).toMatchObject({ status: 'failed' });
  });

  test('that says it is not installable does not apply', () => {
    expect(judge([], { addon: { installable: false } })).toMatchObject({ status: 'not-applicable' });
  });

  test.each([
    ['whose tests were cut off', [run('passed'), run('unfinished')], {}],
    [
      'whose surroundings failed',
      [run('passed')],
      { broken: { kind: 'unknown', reason: 'Odoo ended with 137' } as const },
    ],
    ['of which every test was skipped', [run('skipped', 'not on Sundays')], {}],
    ['whose browser tests found no browser', [run('passed'), run('skipped', 'Chrome executable not found')], {}],
    [
      'whose tests were skipped for an unknown reason without a browser',
      [run('passed'), run('skipped')],
      { hasBrowser: false },
    ],
  ])('%s is inconclusive', (_name, tests, judging: Judging) => {
    expect(judge(tests, judging)).toMatchObject({ status: 'inconclusive' });
  });

  test('that could not be installed fails, whatever passed before', () => {
    expect(judge([run('passed')], { broken: { kind: 'failed', reason: 'broken' } })).toMatchObject({
      status: 'failed',
    });
  });
});

describe('before anything is started', () => {
  const graph = new Map([['shop', { depends: ['gone'], installable: true }]]);

  test('a dependency that nowhere is stops an addon', () => {
    expect(brokenBefore(graph, { ...ADDON, depends: ['gone'] })?.reason).toMatch(/gone, which neither the image nor/);
  });

  test('a manifest that can not be read stops an addon', () => {
    expect(brokenBefore(graph, { ...ADDON, unreadable: 'SyntaxError: invalid syntax' })?.reason).toMatch(/SyntaxError/);
  });
});

const logged = (outcome: LoggedTest['outcome'], message?: string): LoggedTest => ({
  addon: 'shop',
  name: 'test_shop.TestShop.test_price',
  tag: '/shop:TestShop.test_price',
  outcome,
  durationMs: 1,
  ...(message === undefined ? {} : { message }),
});

describe('what a failing test says', () => {
  const said = (message: string) => finalRuns([logged('error', message)])[0]?.message;

  test('is its exception, without the lines that explain it', () => {
    expect(said('FAIL: TestShop.test\nTraceback\nAssertionError: Lists differ\n\nFirst list: a\n- [1]')).toBe(
      'AssertionError: Lists differ',
    );
  });

  test('is the exception that was not caught', () => {
    expect(said('ERROR: TestShop.test\nKeyError: 1\n\nDuring handling\n\npsycopg2.Error: gone')).toBe(
      'psycopg2.Error: gone',
    );
  });

  test('is that of the first subtest', () => {
    expect(said('FAIL: Subtest a\nAssertionError: 1\nFAIL: Subtest b\nAssertionError: 2')).toBe('AssertionError: 1');
  });

  test('is its first line where no exception is named', () => {
    expect(said('unexpected success for TestShop.test')).toBe('unexpected success for TestShop.test');
  });
});

describe('a test that ran more than once', () => {
  test.each([
    [['failed', 'passed'], 'flaky'],
    [['passed', 'failed'], 'flaky'],
    [['error', 'failed', 'passed'], 'flaky'],
    [['failed', 'failed'], 'failed'],
    [['failed', 'skipped'], 'failed'],
    [['passed', 'passed'], 'passed'],
    [['error'], 'error'],
  ] as const)('as %j is %s', (outcomes, final) => {
    expect(finalRuns(outcomes.map((outcome) => logged(outcome)))).toMatchObject([{ outcome: final }]);
  });

  test('and is flaky is told, in nobody else’s place', () => {
    expect(judgeFlaky([run('flaky'), run('passed')])).toMatchObject({
      status: 'failed',
      findings: [{ location: 'shop' }],
    });
    expect(judge([run('flaky')])).toMatchObject({ status: 'passed' });
  });
});

describe('the log', () => {
  const complaint = (message: string, more: Partial<Complaint> = {}): Complaint => ({
    level: 'WARNING',
    logger: 'odoo.addons.shop',
    message,
    during: 'shop',
    ...more,
  });
  const judgeIt = (complaints: Complaint[], { allowed = [] as Allowed[], records = 9, cutOff = false } = {}) =>
    judgeLog({ complaints, furtherComplaints: 0, records, cutOff }, 1, allowed);
  type Allowed = Parameters<typeof judgeLog>[2][number];

  test('passes without a warning', () => {
    expect(judgeIt([])).toMatchObject({ status: 'passed' });
  });

  test('that is empty proves nothing', () => {
    expect(judgeIt([], { records: 0 })).toMatchObject({ status: 'inconclusive' });
  });

  test('that was cut off proves nothing, unless it holds a warning', () => {
    expect(judgeIt([], { cutOff: true })).toMatchObject({ status: 'inconclusive' });
    expect(judgeIt([complaint('deprecated')], { cutOff: true })).toMatchObject({ status: 'failed' });
  });

  test('with a warning fails, counted, and says when', () => {
    expect(judgeIt([complaint('deprecated'), complaint('deprecated')])).toMatchObject({
      status: 'failed',
      findings: [{ message: 'WARNING: deprecated (during shop)', location: 'odoo.addons.shop', count: 2 }],
    });
  });

  test('with a warning that is allowed passes', () => {
    const allowed = [{ logger: 'odoo.addons.shop', message: 'deprecated', reason: 'it goes with 20' }];
    expect(judgeIt([complaint('deprecated')], { allowed })).toMatchObject({ status: 'passed' });
  });

  test.each([
    'invalid module names, ignored: shop',
    "Some modules are not loaded, some dependencies or manifest may be missing: ['shop']",
  ])('with "%s" fails, though it were allowed', (message) => {
    const record = complaint(message, { logger: 'odoo.modules.loading' });
    const allowed = [{ logger: 'odoo.modules.loading', message: '.*', reason: 'somebody hopes so' }];
    expect(judgeIt([record], { allowed })).toMatchObject({ status: 'failed' });
  });
});
