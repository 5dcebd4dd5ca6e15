import { describe, expect, it } from 'vitest';
import { Refused } from '../../../deploy/promote/refusal.ts';
import { openAll, type RunRules, selectRuns } from '../../../deploy/promote/select-runs.ts';
import { failedUnlessEmpty, inconclusive } from '../../../harness/check.ts';
import type { Evidence } from '../../../harness/evidence/statement.ts';
import { buildReport, type RunReport } from '../../../harness/run.ts';
import { DIGEST, EVIDENCE } from '../../harness/evidence/sample-evidence.ts';
import { ci, evidenceFile, HOUR, NOW, stranger } from './release.ts';
import { FINISHED, reportOf } from './report.ts';

const OTHER = `sha256:${'b'.repeat(64)}`;
const failed = failedUnlessEmpty([{ message: 'still sends mail' }], 1);
const rules: RunRules = {
  environment: 'uat',
  repository: EVIDENCE.repository,
  digest: DIGEST as RunRules['digest'],
  runs: ['verify'],
  required: { verify: ['smoke.login', 'sanitize.crons'] },
  checks: [],
  maxAgeMs: 24 * HOUR,
  now: NOW,
};

const later = (report: RunReport, ms = 60_000): RunReport => ({
  ...report,
  finishedAt: new Date(Date.parse(report.finishedAt) + ms).toISOString(),
  durationMs: report.durationMs + ms,
});
const coverage = (): Partial<Evidence> => ({
  run: 'coverage',
  report: buildReport({
    toolVersion: '0.1.0',
    startedAt: FINISHED,
    finishedAt: FINISHED,
    subject: {},
    required: ['coverage.total'],
    results: [
      { id: 'coverage.total', title: 'total', severity: 'high', durationMs: 1, status: 'passed', assertions: 1 },
    ],
    artifacts: [],
  }),
});

function outcome(files: readonly ReturnType<typeof evidenceFile>[], change: Partial<RunRules> = {}): string[] {
  try {
    return selectRuns(openAll(files, [ci.signer]), { ...rules, ...change }).map(({ evidence }) => evidence.run);
  } catch (error) {
    if (error instanceof Refused) return error.refusals.map(({ code }) => code);
    throw error;
  }
}

describe('an image may go on', () => {
  it.each<[string, ReturnType<typeof evidenceFile>[], Partial<RunRules>, string[]]>([
    ['on one run', [evidenceFile()], {}, ['verify']],
    [
      'on a run of every kind that is asked for',
      [evidenceFile(), evidenceFile(coverage())],
      { runs: ['verify', 'coverage'] },
      ['verify', 'coverage'],
    ],
    [
      'when it failed before it passed',
      [evidenceFile({ report: reportOf(DIGEST, failed) }), evidenceFile({ report: later(reportOf(DIGEST)) })],
      {},
      ['verify'],
    ],
    [
      'when another image failed later',
      [evidenceFile(), evidenceFile({ digest: OTHER, report: later(reportOf(OTHER, failed)) })],
      {},
      ['verify'],
    ],
    ['when the same file is given twice', Array(2).fill(evidenceFile()), {}, ['verify']],
    ['when a check that is asked for was required', [evidenceFile()], { checks: ['smoke.login'] }, ['verify']],
  ])('%s', (_, files, change, expected) => {
    expect(outcome(files, change)).toEqual(expected);
  });
});

describe('refused is', () => {
  it.each<[string, () => ReturnType<typeof evidenceFile>[], Partial<RunRules>, string[]]>([
    [
      'an old pass with a newer failure',
      () => [evidenceFile(), evidenceFile({ report: later(reportOf(DIGEST, failed)) })],
      {},
      ['verdict-not-pass'],
    ],
    [
      'an old pass with a newer run that could not tell',
      () => [evidenceFile(), evidenceFile({ report: later(reportOf(DIGEST, inconclusive('gone'))) })],
      {},
      ['verdict-not-pass'],
    ],
    [
      'a pass and a failure that ended in the same moment',
      () => [evidenceFile({ report: reportOf(DIGEST, failed) }), evidenceFile()],
      {},
      ['verdict-not-pass'],
    ],
    [
      'a failure of a kind that nobody asked for',
      () => [evidenceFile(), evidenceFile({ run: 'smoke', report: reportOf(DIGEST, failed) })],
      {},
      ['verdict-not-pass'],
    ],
    ['a kind of which there is no run', () => [evidenceFile()], { runs: ['verify', 'coverage'] }, ['run-missing']],
    ['another image', () => [evidenceFile({ digest: OTHER, report: reportOf(OTHER) })], {}, ['other-digest']],
    ['another repository', () => [evidenceFile({ repository: 'ghcr.io/acme/other' })], {}, ['other-repository']],
    ['another environment', () => [evidenceFile()], { environment: 'staging' }, ['other-environment']],
    ['a stranger', () => [evidenceFile({}, stranger.key)], {}, ['signer-unknown']],
    [
      'a stranger beside somebody trusted: it may be the failure',
      () => [evidenceFile(), evidenceFile({}, stranger.key)],
      {},
      ['signer-unknown'],
    ],
    [
      'a file that was cut off beside a good one',
      () => [evidenceFile(), { name: 'cut.json', json: evidenceFile().json.slice(0, -9) }],
      {},
      ['evidence-unreadable'],
    ],
    [
      'two statements under one run',
      () => [
        evidenceFile({ runId: EVIDENCE.runId }),
        evidenceFile({ runId: EVIDENCE.runId, environment: 'uat', expiresAt: NOW.toISOString() }),
      ],
      {},
      ['run-twice'],
    ],
    ['what expired', () => [evidenceFile({ expiresAt: NOW.toISOString() })], {}, ['evidence-expired']],
    ['what is too old though it has not expired', () => [evidenceFile()], { maxAgeMs: HOUR - 1 }, ['report-too-old']],
    ['the future', () => [evidenceFile({ report: later(reportOf(DIGEST), 2 * HOUR) })], {}, ['report-from-the-future']],
    [
      'a run without a check that a verify has to require',
      () => [evidenceFile()],
      { required: { verify: ['sanitize.partners'] } },
      ['other-policy'],
    ],
    [
      'a run without a check that the policy asks for',
      () => [evidenceFile()],
      { checks: ['sanitize.residue'] },
      ['other-policy'],
    ],
  ])('%s', (_, files, change, expected) => {
    expect(outcome(files(), change)).toEqual(expected);
  });
});
