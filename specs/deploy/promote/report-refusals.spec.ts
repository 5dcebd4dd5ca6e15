import { describe, expect, it } from 'vitest';
import { refusalsOf } from '../../../deploy/promote/report-refusals.ts';
import { failedUnlessEmpty, inconclusive, notApplicable } from '../../../harness/check.ts';
import { policyDigest, type RunReport } from '../../../harness/run.ts';
import { FINISHED, reportOf } from './report.ts';

const HOUR = 60 * 60_000;
const rules = { now: new Date(FINISHED.getTime() + HOUR), maxAgeMs: 24 * HOUR };
const good = reportOf(`sha256:${'a'.repeat(64)}`);
const [login, crons, coverage] = good.checks;
if (!login || !crons || !coverage) throw new Error('the report has three checks');

const codes = (report: RunReport, change: Partial<Parameters<typeof refusalsOf>[1]> = {}) =>
  refusalsOf(report, { ...rules, ...change }).map(({ code }) => code);

const withPolicy = (required: string[]): RunReport => ({
  ...good,
  policy: { required, digest: policyDigest(required) },
  checks: good.checks.map((check) => ({ ...check, required: required.includes(check.id) })),
});

describe('nothing speaks against', () => {
  it.each<[string, RunReport]>([
    ['a pass', good],
    [
      'a required check that proved itself not applicable',
      reportOf(`sha256:${'a'.repeat(64)}`, notApplicable('no website')),
    ],
    ['a failure that is not required', good],
  ])('%s', (_name, report) => {
    expect(codes(report)).toEqual([]);
  });

  it('a report held to the list of this promotion', () => {
    expect(codes(good, { required: ['sanitize.crons', 'smoke.login'] })).toEqual([]);
  });

  it('a clock that is four minutes ahead', () => {
    expect(codes(good, { now: new Date(FINISHED.getTime() - 4 * 60_000) })).toEqual([]);
  });

  it('a report exactly as old as allowed', () => {
    expect(codes(good, { now: new Date(FINISHED.getTime() + 24 * HOUR) })).toEqual([]);
  });
});

describe('refused is', () => {
  const failed = failedUnlessEmpty([{ message: 'no' }], 1);
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each<[string, RunReport, string[]]>([
    ['a failed check', reportOf(digest, failed), ['verdict-not-pass']],
    ['an inconclusive check', reportOf(digest, inconclusive('timed out')), ['verdict-not-pass']],
    [
      'a failed check under the verdict pass',
      { ...reportOf(digest, failed), verdict: 'pass', reasons: [] },
      ['verdict-not-pass'],
    ],
    ['the verdict refuse over passed checks', { ...good, verdict: 'refuse' }, ['verdict-not-reproducible']],
    ['a required check left out', { ...good, checks: [crons, coverage] }, ['verdict-not-pass']],
    ['a required check doubled', { ...good, checks: [...good.checks, login] }, ['verdict-not-pass']],
    [
      'a required check renamed',
      { ...good, checks: [{ ...login, id: 'smoke.logins' }, crons] },
      ['verdict-not-pass', 'policy-digest'],
    ],
    [
      'a pass without an assertion',
      { ...good, checks: [{ ...login, status: 'passed', assertions: 0 }, crons] },
      ['no-assertions'],
    ],
    ['an empty list of required checks', withPolicy([]), ['verdict-not-pass', 'nothing-required']],
    [
      'a list that was shortened',
      { ...good, policy: { ...good.policy, required: ['smoke.login'] } },
      ['policy-digest'],
    ],
    [
      'a list that was shortened with its digest',
      { ...good, policy: { required: ['smoke.login'], digest: policyDigest(['smoke.login']) } },
      ['policy-digest'],
    ],
    [
      'a policy digest that was changed',
      { ...good, policy: { ...good.policy, digest: policyDigest([]) } },
      ['policy-digest'],
    ],
    ['no image', { ...good, subject: {} }, ['no-image-digest']],
    ['an image without digest', reportOf(undefined), ['no-image-digest']],
    ['a digest that is none', reportOf('sha256:abc'), ['no-image-digest']],
    [
      'addons beside the image',
      { ...good, subject: { ...good.subject, addons: [`sha256:${'0'.repeat(64)}`] } },
      ['addons-beside-image'],
    ],
    ['an unreadable time', { ...good, finishedAt: 'yesterday' }, ['report-time']],
    ['an end before the start', { ...good, startedAt: '2026-03-01T12:00:01.000Z' }, ['report-time']],
  ])('%s', (_name, report, expected) => {
    expect(codes(report)).toEqual(expected);
  });

  it('a report six minutes from the future', () => {
    expect(codes(good, { now: new Date(FINISHED.getTime() - 6 * 60_000) })).toEqual(['report-from-the-future']);
  });

  it('a report older than allowed', () => {
    expect(codes(good, { now: new Date(FINISHED.getTime() + 24 * HOUR + 1) })).toEqual(['report-too-old']);
  });

  it('a report without a check that this promotion requires, by name', () => {
    const refusals = refusalsOf(good, { ...rules, required: ['smoke.login', 'sanitize.crons', 'sanitize.partners'] });
    expect(refusals).toMatchObject([{ code: 'other-policy', message: expect.stringContaining('sanitize.partners') }]);
  });

  it('all at once, when several things speak against it', () => {
    const report = { ...reportOf(undefined, failed), finishedAt: 'never' };
    expect(codes(report)).toEqual(['verdict-not-pass', 'no-image-digest', 'report-time']);
  });
});

it('a report that was held to more than this promotion requires is not refused for it', () => {
  expect(codes(withPolicy(good.policy.required), { required: good.policy.required.slice(1) })).toEqual([]);
});

it('the reasons of a refusal are capped', () => {
  const required = Array.from({ length: 40 }, (_, index) => `sanitize.check-${index}`);
  const [refusal] = refusalsOf(withPolicy(required), rules);
  expect(refusal?.message).toContain('and 35 more');
});
