import { describe, expect, test } from 'vitest';
import { TestLog } from '../../../harness/addon-tests/test-log.ts';
import { whyStopped } from '../../../harness/addon-tests/why-stopped.ts';
import { OdooLog } from '../../../harness/stack/odoo-log.ts';

const line = (level: string, logger: string, message: string) =>
  `2026-01-31 10:00:00,000 7 ${level} odoo ${logger}: ${message}\n`;
const LOADING = line('INFO', 'odoo.modules.loading', 'Loading module shop (3/9)');
const LOADED = line('INFO', 'odoo.modules.loading', 'Module shop loaded in 0.20s');
const START = line('INFO', 'odoo.addons.shop.tests.test_shop', 'Starting TestShop.test_price ...');
const FAIL = line('ERROR', 'odoo.addons.shop.tests.test_shop', 'FAIL: TestShop.test_price');
const sums = (failed: number, tests: number) =>
  line('INFO', 'odoo.tests.result', `${failed} failed, 0 error(s) of ${tests} tests when loading database 'odoo'`);
const fatal = (traceback: string) =>
  line(
    'CRITICAL',
    'odoo.service.server',
    `Failed to initialize database.\nTraceback (most recent call last):\n${traceback}`,
  );

function ended(exitCode: number, ...lines: string[]) {
  const log = new TestLog();
  const text = new OdooLog({ onRecord: (record, at) => log.onRecord(record, at) });
  text.push(lines.join(''));
  text.end();
  log.end();
  return whyStopped({ exitCode, log, lastLines: text.lastLines(2) }, [{ name: 'shop' }, { name: 'stock_extra' }]);
}

describe('a session went to its end', () => {
  test('when all tests passed and Odoo says so', () => {
    expect(ended(0, LOADING, START, LOADED, sums(0, 1))).toBeUndefined();
  });

  test('when a test failed and Odoo says so', () => {
    expect(ended(1, LOADING, START, FAIL, LOADED, sums(1, 1))).toBeUndefined();
  });
});

describe('it is not known how a session went', () => {
  test.each([
    ['when Odoo counts more tests than were read', 0, [START, LOADED, sums(0, 2)]],
    ['when Odoo counts a failure that was not read', 1, [START, LOADED, sums(1, 1)]],
    ['when Odoo counts no failure and ends with 1', 1, [START, LOADED, sums(0, 1)]],
    ['when Odoo never summed up', 0, [START, LOADED]],
    ['when Odoo was killed for want of memory', 137, [LOADING]],
    ['when Odoo did not take its options', 2, []],
    [
      'when the database server is gone',
      255,
      [LOADING, fatal('psycopg2.OperationalError: server closed the connection')],
    ],
    ['when the disk is full', 255, [LOADING, fatal('OSError: [Errno 28] No space left on device')]],
  ])('%s', (_name, exitCode, lines: string[]) => {
    expect(ended(exitCode, ...lines)).toEqual({ broken: { kind: 'unknown', reason: expect.any(String) } });
  });
});

describe('a session was ended', () => {
  test('by the addon that was installed then', () => {
    expect(ended(255, LOADING, fatal('odoo.tools.convert.ParseError: while parsing shop.xml\nno such field'))).toEqual({
      culprit: 'shop',
      broken: {
        kind: 'failed',
        reason: "it can't be installed: odoo.tools.convert.ParseError: while parsing shop.xml | no such field",
      },
    });
  });

  test('by an addon that lacks a package of Python, though nothing was installed yet', () => {
    const unmet = 'Unable to install module "stock_extra" because an external dependency is not met: none';
    expect(ended(255, fatal(`odoo.exceptions.UserError: ${unmet}`))).toMatchObject({ culprit: 'stock_extra' });
  });

  test('by none of the addons alone', () => {
    expect(ended(255, LOADED, fatal('ValueError: a view is broken'))).toMatchObject({
      broken: { kind: 'failed', reason: expect.stringMatching(/after the modules were loaded.+ValueError/) },
    });
  });
});
