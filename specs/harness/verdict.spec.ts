import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckStatus, Severity } from '../../harness/check.ts';
import { countByStatus, exitCodeOf, judge } from '../../harness/verdict.ts';

const REQUIRED = ['a', 'b'];

function result(id: string, status: string, severity: Severity = 'high') {
  return { id, title: `Title of ${id}`, severity, status: status as CheckStatus };
}

describe('the verdict is pass', () => {
  test('when every required check passed', () => {
    expect(judge([result('a', 'passed'), result('b', 'passed')], REQUIRED)).toEqual({ verdict: 'pass', reasons: [] });
  });

  test('when what did not pass is proven not to apply', () => {
    expect(judge([result('a', 'passed'), result('b', 'not-applicable')], REQUIRED).verdict).toBe('pass');
  });

  test.each(['failed', 'inconclusive', 'of a later version'])('when a check that nobody required is %s', (status) => {
    expect(judge([result('a', 'passed'), result('x', status)], ['a']).verdict).toBe('pass');
  });

  test('when a required check is named twice', () => {
    expect(judge([result('a', 'passed')], ['a', 'a']).verdict).toBe('pass');
  });
});

describe('the verdict is inconclusive', () => {
  test.each([
    ['one is missing', [result('a', 'passed')], REQUIRED, 'b: required, but it did not run'],
    ['all are missing', [], ['a'], 'a: required, but it did not run'],
    [
      'one could not tell',
      [result('a', 'passed'), result('b', 'inconclusive')],
      REQUIRED,
      'b: Title of b: could not tell',
    ],
    ['one passed twice', [result('a', 'passed'), result('a', 'passed')], ['a'], 'a: reported 2 times'],
    [
      'one passed and could not tell',
      [result('a', 'passed'), result('a', 'inconclusive')],
      ['a'],
      'a: reported 2 times',
    ],
    ['a status is unknown', [result('a', 'ok')], ['a'], 'a: Title of a: could not tell'],
    ['a status is no own property', [result('a', 'constructor')], ['a'], 'a: Title of a: could not tell'],
    ['nothing was required', [result('a', 'passed')], [], 'no required check passed: nothing was proven'],
    ['nothing applied', [result('a', 'not-applicable')], ['a'], 'no required check passed: nothing was proven'],
  ])('when %s', (_case, results, required, reason) => {
    expect(judge(results, required)).toEqual({ verdict: 'inconclusive', reasons: [reason] });
  });
});

describe('the verdict is refuse', () => {
  test.each([
    ['one failed', [result('a', 'passed'), result('b', 'failed')]],
    ['one failed beside one that could not tell', [result('a', 'inconclusive'), result('b', 'failed')]],
    ['one failed beside one that is missing', [result('b', 'failed')]],
    ['one passed and failed', [result('a', 'passed'), result('a', 'failed'), result('b', 'passed')]],
  ])('when %s', (_case, results) => {
    expect(judge(results, REQUIRED).verdict).toBe('refuse');
  });

  test('with the worst failure first, and what could not tell last', () => {
    const results = [result('a', 'inconclusive'), result('b', 'failed', 'low'), result('c', 'failed', 'critical')];
    expect(judge(results, ['a', 'b', 'c']).reasons).toEqual([
      'c: Title of c: failed (critical)',
      'b: Title of b: failed (low)',
      'a: Title of a: could not tell',
    ]);
  });
});

const ids = fc.constantFrom<string[]>('a', 'b', 'c', 'd');
const results = fc.array(
  fc
    .tuple(ids, fc.constantFrom('passed', 'failed', 'not-applicable', 'inconclusive', 'later'))
    .map(([id, status]) => result(id, status)),
  { maxLength: 8 },
);

test('whatever comes, pass means: each required check is there once, passed or does not apply, and one passed', () => {
  fc.assert(
    fc.property(results, fc.array(ids, { maxLength: 5 }), (found, required) => {
      const sound = required.every((id) => {
        const own = found.filter((each) => each.id === id);
        return own.length === 1 && ['passed', 'not-applicable'].includes(own[0]?.status ?? '');
      });
      const proven = found.some(({ id, status }) => required.includes(id) && status === 'passed');
      expect(judge(found, required).verdict === 'pass').toBe(sound && proven);
    }),
    { numRuns: 2_000 },
  );
});

test('whatever comes, only pass is without a reason', () => {
  fc.assert(
    fc.property(results, fc.array(ids, { maxLength: 5 }), (found, required) => {
      const { verdict, reasons } = judge(found, required);
      expect(reasons.length === 0).toBe(verdict === 'pass');
    }),
  );
});

test('whatever comes, the order of the results changes no verdict', () => {
  fc.assert(
    fc.property(results, fc.array(ids, { maxLength: 5 }), (found, required) => {
      expect(judge(found.toReversed(), required).verdict).toBe(judge(found, required).verdict);
    }),
  );
});

test.each([
  ['pass', 0],
  ['refuse', 1],
  ['inconclusive', 3],
] as const)('the verdict %s ends a command with %d', (verdict, exitCode) => {
  expect(exitCodeOf(verdict)).toBe(exitCode);
});

test('statuses are counted, those that do not occur as 0', () => {
  expect(countByStatus([result('a', 'passed'), result('b', 'passed'), result('c', 'failed')])).toEqual({
    passed: 2,
    failed: 1,
    'not-applicable': 0,
    inconclusive: 0,
  });
});
