import { describe, expect, test } from 'vitest';
import { type CheckOutcome, failedUnlessEmpty, inconclusive, passed } from '../../../harness/check.ts';
import { resultOf } from '../../../harness/run.ts';
import type { Fate } from '../../../harness/selftest/mutation.ts';
import type { SelftestResult } from '../../../harness/selftest/selftest.ts';
import { renderSelftest, summarize } from '../../../harness/selftest/summary.ts';

const KILLED: Fate = { is: 'killed', messages: ['rows'] };
const SURVIVED: Fate = { is: 'survived', because: 'the check answered: passed', answer: 'passed' };
const UNTRIED: Fate = { is: 'untried', because: 'SQLSTATE 23514' };
const NOT_APPLICABLE: Fate = { is: 'not-applicable', because: 'no such row' };

const clean = (outcome: CheckOutcome) => [
  resultOf({ id: 'sanitize.mail-servers', title: 'No mail', severity: 'high' }, outcome, 1),
];

function summaryOf(fates: readonly Fate[], over: Partial<SelftestResult> = {}) {
  const tried = fates.map((fate) => ({
    check: 'sanitize.mail-servers',
    location: 't.c',
    kind: 'INSERT varchar',
    fate,
  }));
  return summarize(
    { clean: clean(passed(1)), tried, silentRules: [], secondNets: undefined, ...over },
    { toolVersion: '0.0.0', startedAt: new Date(0), finishedAt: new Date(1500), subject: {} },
  );
}

describe('the verdict of a self-test', () => {
  test.each<[string, readonly Fate[], Partial<SelftestResult>, string]>([
    ['everything was caught', [KILLED, KILLED], {}, 'pass'],
    ['one survived', [KILLED, SURVIVED], {}, 'refuse'],
    ['the clean copy raises something', [KILLED], { clean: clean(failedUnlessEmpty([{ message: 'x' }], 1)) }, 'refuse'],
    ['one was not tried', [KILLED, UNTRIED], {}, 'inconclusive'],
    ['a check could not look', [KILLED], { clean: clean(inconclusive('gone')) }, 'inconclusive'],
    ['a rule never spoke', [KILLED], { silentRules: [{ check: 'a', location: 'b' }] }, 'inconclusive'],
    ['nothing was tried', [], {}, 'inconclusive'],
    ['nothing applied', [NOT_APPLICABLE], {}, 'inconclusive'],
    ['one survived beside one that was not tried', [SURVIVED, UNTRIED], {}, 'refuse'],
  ])('%s', (_title, fates, over, verdict) => {
    expect(summaryOf(fates, over).verdict).toBe(verdict);
  });

  test('counts what did not apply neither as caught nor as missed', () => {
    const report = summaryOf([KILLED, KILLED, KILLED, SURVIVED, NOT_APPLICABLE, UNTRIED]);
    expect(report.killRate).toBe(0.75);
    expect(report.mutations).toEqual({ killed: 3, survived: 1, 'not-applicable': 1, untried: 1 });
  });

  test('is told with every survivor, where it is and what it is', () => {
    const text = renderSelftest(summaryOf([KILLED, SURVIVED]));
    expect(text).toContain('survived sanitize.mail-servers: t.c (INSERT varchar): the check answered: passed');
    expect(text).toContain('refuse: 1 of 2 mutations caught (50.0 %)');
  });
});
