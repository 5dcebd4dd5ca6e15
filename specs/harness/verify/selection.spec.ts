import { expect, test } from 'vitest';
import { selectChecks } from '../../../harness/verify/selection.ts';

const IDS = ['sanitize.mail-servers', 'sanitize.crons', 'stack.boot', 'smoke.login', 'coverage.total'];

test('without patterns every check is chosen', () => {
  expect(selectChecks(IDS, undefined)).toEqual(IDS);
});

test.each([
  [['smoke.login'], ['smoke.login']],
  [['sanitize.*'], ['sanitize.mail-servers', 'sanitize.crons']],
  [['*o*'], ['sanitize.crons', 'stack.boot', 'smoke.login', 'coverage.total']],
  [['*'], IDS],
  [[' smoke.login '], ['smoke.login']],
  [
    ['stack.*', 'sanitize.crons'],
    ['sanitize.crons', 'stack.boot'],
  ],
  [['smoke.login', 'smoke.*'], ['smoke.login']],
])('%j chooses %j, in the order of the report', (patterns, chosen) => {
  expect(selectChecks(IDS, patterns)).toEqual(chosen);
});

test.each([
  'smoke',
  'smoke.',
  'sanitize.crons2',
  'Smoke.login',
  '',
  'smoke?login',
  'sm.ke.login',
  '[a-z]*',
  'smoke.login|stack.boot',
  '^*$',
])('%j names no check, which is a mistake', (pattern) => {
  expect(() => selectChecks(IDS, [pattern])).toThrow(expect.objectContaining({ code: 'only', exitCode: 2 }));
});

test('one pattern that names no check is a mistake beside others that do', () => {
  expect(() => selectChecks(IDS, ['smoke.login', 'smoke.logni'])).toThrow('smoke.logni');
});
