import { describe, expect, test } from 'vitest';
import { type CheckResult, failedUnlessEmpty, inconclusive, notApplicable, passed } from '../../../harness/check.ts';
import { resultOf } from '../../../harness/run.ts';
import { compareDrift } from '../../../harness/verify/drift.ts';
import type { Moment } from '../../../harness/verify/moment.ts';

type Answers = Record<string, 'passed' | 'failed' | 'not-applicable' | 'inconclusive'>;

function results(answers: Answers): CheckResult[] {
  const outcomes = {
    passed: passed(1),
    failed: failedUnlessEmpty([{ message: 'armed again' }], 1),
    'not-applicable': notApplicable('no such module'),
    inconclusive: inconclusive('no permission'),
  };
  return Object.entries(answers).map(([id, status]) =>
    resultOf({ id, title: id, severity: 'high' }, outcomes[status], 0),
  );
}

test.each<[string, Answers, Answers, object]>([
  [
    'all held before and hold now',
    { a: 'passed', b: 'passed' },
    { a: 'passed', b: 'passed' },
    { status: 'passed', assertions: 2 },
  ],
  [
    'one no longer holds',
    { a: 'passed', b: 'passed' },
    { a: 'failed', b: 'passed' },
    { status: 'failed', findings: [{ message: 'armed again (since the flows)' }] },
  ],
  [
    'one did not apply and fails now',
    { a: 'passed', b: 'not-applicable' },
    { a: 'passed', b: 'failed' },
    { status: 'failed' },
  ],
  [
    'one did not apply and holds now',
    { a: 'passed', b: 'not-applicable' },
    { a: 'passed', b: 'passed' },
    { status: 'passed' },
  ],
  ['one held and does not apply any more', { a: 'passed' }, { a: 'not-applicable' }, { status: 'passed' }],
  [
    'one had failed before already',
    { a: 'passed', b: 'failed' },
    { a: 'passed', b: 'failed' },
    { status: 'passed', assertions: 1 },
  ],
  [
    'one can not be told now',
    { a: 'passed', b: 'passed' },
    { a: 'passed', b: 'inconclusive' },
    { status: 'inconclusive', reason: 'could not be asked again: b (since the flows)' },
  ],
  [
    'one was not asked again',
    { a: 'passed', b: 'passed' },
    { a: 'passed' },
    { status: 'inconclusive', reason: 'could not be asked again: b (since the flows)' },
  ],
  [
    'one fails while another can not be told',
    { a: 'passed', b: 'passed' },
    { a: 'failed', b: 'inconclusive' },
    { status: 'failed' },
  ],
  ['nothing was asked again', { a: 'passed' }, {}, { status: 'inconclusive' }],
  [
    'nothing had held',
    { a: 'failed', b: 'not-applicable' },
    { a: 'failed', b: 'not-applicable' },
    { status: 'not-applicable' },
  ],
  ['nothing had been asked', {}, {}, { status: 'not-applicable' }],
])('when %s', (_case, before, after, outcome) => {
  expect(compareDrift(results(before), [{ moment: 'flows', results: results(after) }])).toMatchObject(outcome);
});

describe('asked at several moments', () => {
  const asked = (...later: [Moment, Answers][]) =>
    compareDrift(
      results({ a: 'passed', b: 'passed' }),
      later.map(([moment, answers]) => ({ moment, results: results(answers) })),
    );

  test('what is wrong is told once, with the first', () => {
    const outcome = asked(
      ['update', { a: 'passed', b: 'passed' }],
      ['boot', { a: 'failed', b: 'passed' }],
      ['flows', { a: 'failed', b: 'passed' }],
    );
    expect(outcome).toMatchObject({ status: 'failed', findings: [{ message: "armed again (since Odoo's start)" }] });
    expect(outcome).toHaveProperty('findings.length', 1);
  });

  test('what was wrong for a while is told all the same', () => {
    expect(asked(['update', { a: 'failed', b: 'passed' }], ['boot', { a: 'passed', b: 'passed' }])).toMatchObject({
      status: 'failed',
      findings: [{ message: 'armed again (since the update of the modules)' }],
    });
  });

  test('at none of them can not be told', () => {
    expect(asked()).toMatchObject({ status: 'inconclusive' });
  });
});
