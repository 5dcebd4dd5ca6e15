import { describe, expect, test } from 'vitest';
import { type Check, type CheckOutcome, failedUnlessEmpty, notApplicable, passed } from '../../harness/check.ts';
import { InfrastructureError } from '../../harness/errors.ts';
import { buildReport, policyDigest, resultOf, runChecks } from '../../harness/run.ts';

function check(id: string, run: () => Promise<CheckOutcome>): Check<undefined> {
  return { id, title: `Title of ${id}`, severity: 'high', needs: [], run };
}

async function outcomeOf(run: () => Promise<CheckOutcome>, timeoutMs = 10_000) {
  const [result] = await runChecks([check('a', run)], undefined, { timeoutMs });
  return result;
}

describe('a check', () => {
  test('that passed is reported under its name', async () => {
    expect(await outcomeOf(async () => passed(3))).toMatchObject({
      id: 'a',
      title: 'Title of a',
      severity: 'high',
      status: 'passed',
      assertions: 3,
    });
  });

  test.each([0, -1, 1.5, Number.NaN])('that passed on %d assertions is inconclusive', async (assertions) => {
    expect(await outcomeOf(async () => passed(assertions))).toMatchObject({ status: 'inconclusive' });
  });

  test('that claims a pass without an assertion is inconclusive', async () => {
    expect(await outcomeOf(async () => ({ status: 'passed', assertions: 0 }))).toMatchObject({
      status: 'inconclusive',
    });
  });

  test('that throws is inconclusive with the masked message', async () => {
    const outcome = await outcomeOf(() =>
      Promise.reject(new Error('invalid input syntax for type integer: "Jane Doe"')),
    );
    expect(outcome).toMatchObject({ status: 'inconclusive', reason: 'invalid input syntax for type integer: "…"' });
  });

  test('that throws before it returns a promise is inconclusive', async () => {
    const outcome = await outcomeOf(() => {
      throw new TypeError('x is not a function');
    });
    expect(outcome).toMatchObject({ status: 'inconclusive', reason: 'x is not a function' });
  });

  test('that throws an error of ours is inconclusive with its words', async () => {
    const error = new InfrastructureError('database-unreachable', 'Postgres at "db:5432" can\'t be reached', {
      next: '',
    });
    expect(await outcomeOf(() => Promise.reject(error))).toMatchObject({
      status: 'inconclusive',
      reason: error.message,
    });
  });

  test('that does not end is inconclusive when its time is over', async () => {
    const outcome = await outcomeOf(() => new Promise(() => {}), 20);
    expect(outcome).toMatchObject({ status: 'inconclusive', reason: 'it did not end within 0.02 s' });
  });

  test('that fails after its time is over disturbs nobody', async () => {
    const late = Promise.withResolvers<CheckOutcome>();
    const outcome = await outcomeOf(() => late.promise, 20);
    late.reject(new Error('late'));
    await late.promise.catch(() => {});
    expect(outcome).toMatchObject({ status: 'inconclusive' });
  });

  test('that answers nothing has no status, which no verdict takes for a pass', async () => {
    const result = await outcomeOf(async () => JSON.parse('{}') as CheckOutcome);
    const report = reportOf(result === undefined ? [] : [result], ['a']);
    expect(report.verdict).toBe('inconclusive');
  });
});

test('checks run one after the other, and one that breaks does not stop the next', async () => {
  const told: string[] = [];
  await runChecks([check('a', () => Promise.reject(new Error('x'))), check('b', async () => passed(1))], undefined, {
    onResult: ({ id, status }) => told.push(`${id} ${status}`),
  });
  expect(told).toEqual(['a inconclusive', 'b passed']);
});

test('no finding is a pass with the assertions made; findings are a failure', () => {
  expect(failedUnlessEmpty([], 2)).toEqual({ status: 'passed', assertions: 2 });
  expect(failedUnlessEmpty([{ message: 'm' }], 2)).toEqual({
    status: 'failed',
    assertions: 2,
    findings: [{ message: 'm' }],
  });
});

test('no finding on no assertion is inconclusive', () => {
  expect(failedUnlessEmpty([], 0)).toMatchObject({ status: 'inconclusive' });
});

const A = resultOf({ id: 'a', title: 'A', severity: 'low' }, passed(1), 1.6);
const B = resultOf({ id: 'b', title: 'B', severity: 'low' }, notApplicable('proven'), 0);

function reportOf(results: Parameters<typeof buildReport>[0]['results'], required: string[]) {
  return buildReport({
    toolVersion: '1.2.3',
    startedAt: new Date('2026-01-31T10:00:00Z'),
    finishedAt: new Date('2026-01-31T10:00:42Z'),
    subject: {},
    required,
    results,
    artifacts: [],
  });
}

describe('a report', () => {
  test('is judged by what was required', () => {
    expect(reportOf([A], ['a', 'b'])).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['b: required, but it did not run'],
    });
  });

  test('marks which checks were required', () => {
    expect(reportOf([A, B], ['a']).checks.map(({ id, required }) => [id, required])).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  test('takes its time in whole milliseconds', () => {
    expect(reportOf([A], ['a'])).toMatchObject({ durationMs: 42_000, checks: [{ durationMs: 2 }] });
  });

  test('names the policy once and in order, however it was given', () => {
    expect(reportOf([A, B], ['b', 'a', 'b']).policy).toEqual({
      digest: policyDigest(['a', 'b']),
      required: ['a', 'b'],
    });
  });
});

test('a policy with one check more has another digest', () => {
  expect(policyDigest(['a'])).not.toBe(policyDigest(['a', 'b']));
});

test('two checks whose names join to the same text are another policy', () => {
  expect(policyDigest(['a', 'b'])).not.toBe(policyDigest(['a,b']));
});
