import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TestLog } from '../../../harness/addon-tests/test-log.ts';
import { OdooLog } from '../../../harness/stack/odoo-log.ts';

function readText(text: string): TestLog {
  const tests = new TestLog();
  const log = new OdooLog({ onRecord: (record, at) => tests.onRecord(record, at) });
  log.push(text);
  log.end();
  tests.end();
  return tests;
}

const recorded = (name: string) => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');

/** What was logged by Odoo of the addons in fixtures/addons/tested. */
describe.each(['14', '19'])('the log of Odoo %s', (series) => {
  const log = readText(recorded(`odoo-${series}.log`));
  const outcomes = Object.fromEntries(log.tests.map(({ addon, name, outcome }) => [`${addon}/${name}`, outcome]));

  test('tells every test with its outcome', () => {
    expect(outcomes).toEqual({
      'tested_failing/test_failing.TestFailing.test_assertion': 'failed',
      'tested_failing/test_failing.TestFailing.test_exception': 'error',
      'tested_failing/test_failing.TestFailing.test_passing': 'passed',
      'tested_failing/test_failing.TestFailing.test_subtests': 'failed',
      'tested_failing/test_failing.TestNeverSetUp.setUpClass': 'error',
      'tested_failing/test_order.TestOrder.test_1_leaves_something_behind': 'passed',
      'tested_failing/test_order.TestOrder.test_2_fails_unless_it_runs_alone': 'failed',
      'tested_forbidden/test_forbidden.TestForbidden.test_informal': 'passed',
      'tested_passing/test_browser.TestBrowser.test_page': 'passed',
      'tested_passing/test_greeting.TestGreeting.test_each': 'passed',
      'tested_passing/test_greeting.TestGreeting.test_formal': 'passed',
      'tested_passing/test_greeting.TestGreeting.test_skipped': 'skipped',
      'tested_passing/test_greeting.TestInstalled.test_module_is_installed': 'passed',
      'tested_slow/test_slow.TestSlow.test_takes_a_second': 'passed',
      'tested_warning/test_warning.TestWarning.test_warns': 'passed',
    });
  });

  test('names a test, and a class that could not be set up, as --test-tags takes them', () => {
    const tags = log.tests.filter(({ outcome }) => outcome === 'error').map(({ tag }) => tag);
    expect(tags).toEqual(['/tested_failing:TestFailing.test_exception', '/tested_failing:TestNeverSetUp']);
  });

  test('has the traceback of each failure, and both subtests', () => {
    const message = log.tests.find(({ name }) => name.endsWith('test_subtests'))?.message ?? '';
    expect(message.match(/AssertionError: \d != 1/g)).toEqual(['AssertionError: 0 != 1', 'AssertionError: 2 != 1']);
  });

  test('tells how long a test took', () => {
    const slow = log.tests.find(({ addon }) => addon === 'tested_slow')?.durationMs ?? 0;
    expect(slow).toBeGreaterThan(1_000);
    expect(slow).toBeLessThan(1_500);
  });

  test("agrees with Odoo's own sums", () => {
    expect(log.totals).toEqual({ failures: 6, tests: 14 });
    expect([log.failures, log.started]).toEqual([6, 14]);
  });

  test('holds what an addon warns of, and what ran then; failures are not told twice', () => {
    const complaints = log.complaints.filter(({ logger }) => /addons|unittest|loading/.test(logger));
    expect(complaints).toEqual([
      {
        level: 'WARNING',
        logger: 'odoo.addons.tested_warning',
        message: expect.stringMatching(/^something is deprecated/),
        during: 'tested_warning: test_warning.TestWarning.test_warns',
      },
    ]);
  });
});

test('a log that ends while a module is installed names it, and the error', () => {
  const log = readText(recorded('odoo-19-uninstallable.log'));
  expect([log.loading, log.totals]).toEqual(['tested_uninstallable', undefined]);
  expect(log.fatal?.message).toMatch(/ParseError: while parsing/);
});

const at = (seconds: number, level: string, logger: string, message: string) =>
  `2026-01-31 10:00:0${seconds},000 7 ${level} odoo ${logger}: ${message}\n`;
const SALE = 'odoo.addons.sale_custom.tests.test_sale';
const START = at(1, 'INFO', SALE, 'Starting TestSale.test_price ...');

test('a test that was running when the log ended did not pass', () => {
  expect(readText(START).tests).toMatchObject([{ outcome: 'unfinished' }]);
});

test('a test that Odoo went on from has passed', () => {
  const next = at(3, 'INFO', 'odoo.modules.loading', 'Module sale_custom loaded in 2.00s');
  expect(readText(START + next).tests).toMatchObject([{ outcome: 'passed', durationMs: 2_000 }]);
});

test('a failure that no test is known for is a complaint', () => {
  expect(readText(at(1, 'ERROR', SALE, 'FAIL: TestSale.test_price')).complaints).toHaveLength(1);
});

test('a class that is skipped in its set-up is told', () => {
  const skipped = at(
    1,
    'INFO',
    'odoo.tests.suite',
    `skipped setUpClass (${SALE}.TestSale) : Chrome executable not found`,
  );
  expect(readText(skipped).tests).toMatchObject([
    { name: 'test_sale.TestSale.setUpClass', outcome: 'skipped', message: 'Chrome executable not found' },
  ]);
});

test.each([
  'websocket-client module is not installed',
  'Chrome executable not found',
  'Chrome headless failed to start:',
])('"%s" is the reason of a skipped test, and no complaint', (reason) => {
  const warning = at(2, 'WARNING', `${SALE}.TestSale`, reason);
  const log = readText(
    START +
      warning +
      at(2, 'INFO', SALE, 'skipped TestSale.test_price') +
      at(3, 'INFO', 'odoo.service.server', 'Starting post tests'),
  );
  expect(log.tests).toMatchObject([{ outcome: 'skipped', message: reason }]);
  expect(log.complaints).toEqual([]);
});

test('an unexpected success is a failure', () => {
  const success = at(2, 'ERROR', SALE, 'unexpected success for TestSale.test_price');
  expect(readText(START + success + at(3, 'INFO', 'odoo.service.server', 'Starting post tests')).tests).toMatchObject([
    { outcome: 'failed' },
  ]);
});

test('a test of a migration is a test of its module', () => {
  const logger = 'odoo.upgrade.sale_custom.tests.test_moved';
  expect(readText(at(1, 'INFO', logger, 'Starting TestMoved.test_rows ...')).tests).toMatchObject([
    { addon: 'sale_custom' },
  ]);
});
