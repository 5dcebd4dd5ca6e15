import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isAllowed, loadAllowedRecords } from '../../../harness/addon-tests/allowed-log.ts';
import { UsageError } from '../../../harness/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'odoo-gate-allowed-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string) {
  const file = join(folder, 'allowed.yaml');
  writeFileSync(file, text);
  return loadAllowedRecords(file);
}

const LIST = [{ logger: 'odoo.addons.sale', message: '\\d failed', reason: 'because' }];
const record = (message: string, logger = 'odoo.addons.sale') => ({ level: 'WARNING' as const, logger, message });

test.each([
  ['0 failed', true],
  ['0 failed\nfurther lines', true],
  ['10 failed', false],
  ['0 failed, and more', false],
])('of a message the whole first line is matched: %j is allowed: %s', (message, allowed) => {
  expect(isAllowed(record(message), LIST)).toBe(allowed);
});

test('another logger is another record', () => {
  expect(isAllowed(record('0 failed', 'odoo.addons.sale.models'), LIST)).toBe(false);
});

test('processes that the browser left are allowed, others are not', () => {
  const left = (name: string, status: string) =>
    record(
      `A child process was found, terminating it: psutil.Process(pid=33, name='${name}', status='${status}', started='17:19:03')`,
      'odoo.tests.common',
    );
  expect(isAllowed(left('chrome_crashpad', 'zombie'), [])).toBe(true);
  expect(isAllowed(left('soffice', 'zombie'), [])).toBe(false);
  expect(isAllowed(left('chromium', 'sleeping'), [])).toBe(true);
  expect(isAllowed(left('soffice', 'running'), [])).toBe(false);
});

test('a browser that is slow to end is allowed, in tests alone', () => {
  const killing = 'Killing chrome headless with pid 18: still alive';
  expect(isAllowed(record(killing, 'odoo.addons.shop.tests.test_shop.TestShop.test_page'), [])).toBe(true);
  expect(isAllowed(record(killing, 'odoo.addons.shop.models'), [])).toBe(false);
});

describe('a list', () => {
  test('is read', () => {
    const list = load('allow:\n  - logger: odoo.addons.sale\n    message: "0 failed"\n    reason: nobody minds this\n');
    expect(list).toEqual([{ logger: 'odoo.addons.sale', message: '0 failed', reason: 'nobody minds this' }]);
  });

  test.each([
    ['without a reason', 'allow: [{ logger: odoo, message: words }]'],
    ['with a reason that is none', 'allow: [{ logger: odoo, message: words, reason: ok }]'],
    ['with a message that is no expression', 'allow: [{ logger: odoo, message: "(", reason: nobody minds this }]'],
    ['with an unknown key', 'allow: [{ logger: odoo, message: a, reason: nobody minds this, level: ERROR }]'],
    ['that is empty', ''],
    ['that allows nothing', 'allow: []'],
    ['that is not YAML', 'allow: ['],
  ])('%s is refused', (_name, text) => {
    expect(() => load(text)).toThrow(UsageError);
  });

  test('that is not there is refused', () => {
    expect(() => loadAllowedRecords(join(folder, 'nowhere.yaml'))).toThrow(/nowhere\.yaml/);
  });
});
