import { describe, expect, test } from 'vitest';
import { loadUserRules, parseUserRules } from '../../../harness/config/user-rules.ts';
import { UsageError } from '../../../harness/errors.ts';

const GOOD = {
  id: 'acme',
  table: 'acme_settings',
  column: 'api_key',
  neutral: 'null',
  severity: 'high',
  why: 'live',
  fix: 'Empty it.',
};
const yaml = (over: Partial<Record<keyof typeof GOOD, string>> = {}) =>
  `rules:\n${Object.entries({ ...GOOD, ...over })
    .map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${value}`)
    .join('\n')}\n`;

describe('a rule of the user', () => {
  test.each([
    ['null', { is: 'null' }],
    ['false', { is: 'false' }],
    ['true', { is: 'true' }],
    ['{equals: 7}', { is: 'one of', values: ['7'] }],
    ["{oneOf: [test, '']}", { is: 'one of', values: ['test', ''] }],
    ['{matches: "dummy.*"}', { is: 'matching', pattern: 'dummy.*' }],
  ])('is neutral when %s', (neutral, expected) => {
    expect(parseUserRules(yaml({ neutral }))[0]?.neutral).toEqual(expected);
  });

  test.each([
    ['a table that is SQL', yaml({ table: '"a; DROP TABLE x"' }), 3, 'table'],
    ['a column in capitals', yaml({ column: 'ApiKey' }), 4, 'column'],
    ['no neutral value that is known', yaml({ neutral: '{sql: "1=1"}' }), 5, 'neutral'],
    ['a list without values', yaml({ neutral: '{oneOf: []}' }), 5, 'neutral'],
    ['a pattern that is none', yaml({ neutral: '{matches: "("}' }), 5, 'neutral'],
    ['another severity', yaml({ severity: 'fatal' }), 6, 'severity'],
    ['no reason', yaml({ why: '""' }), 7, 'why'],
    ['an id with blanks', yaml({ id: '"a b"' }), 2, 'id'],
    ['a key that is none', `${yaml()}    nuetral: null\n`, 9, 'nuetral'],
    ['the same id twice', `${yaml()}${yaml().replace('rules:\n', '')}`, 9, 'is there already'],
    ['no rules', 'rules: []\n', 1, 'rules'],
    ['an empty file', '', 1, 'the file'],
    ['what is no YAML', 'rules:\n  - [\n', 3, ''],
  ])('with %s is refused by its line', (_title, text, line, reason) => {
    const parse = () => parseUserRules(text, 'rules.yaml');
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(new RegExp(`line ${line}\\b[\\s\\S]*${reason}`));
  });

  test('that is missing is refused', () => {
    expect(() => loadUserRules('no-such-rules.yaml')).toThrow('There is no file of rules "no-such-rules.yaml".');
  });
});
