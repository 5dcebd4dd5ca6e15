import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { parseReport, renderJson } from '../../../harness/report/json.ts';
import { policyDigest, type RunReport } from '../../../harness/run.ts';
import { FAILED, passing, refusing, reportOf, SANITIZED, SUBJECT, TESTS, unclear } from './sample-report.ts';

function problemOf(json: string): unknown {
  try {
    parseReport(json);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('parseReport', () => {
  it.each([
    ['pass', passing],
    ['refuse', refusing],
    ['inconclusive', unclear],
  ])('reads back a report with the verdict %s', (verdict, make) => {
    const report = make();
    expect(parseReport(renderJson(report))).toEqual(report);
    expect(report.verdict).toBe(verdict);
  });

  it('reads back what was done to a copy', () => {
    const report = { ...passing(), sanitized: SANITIZED };
    expect(parseReport(renderJson(report))).toEqual(report);
  });

  it('reads back the tests of addons', () => {
    const report = { ...passing(), tests: [...TESTS] };
    expect(parseReport(renderJson(report))).toEqual(report);
  });

  it('reads a report of an image that is in no registry', () => {
    const report = reportOf([FAILED], { subject: { image: { reference: 'odoo:19', id: 'sha256:1' } } });
    expect(parseReport(renderJson(report))).toEqual(report);
  });

  type Edit = (report: RunReport) => unknown;
  it.each<[string, Edit, string]>([
    ['an unknown key', (report) => ({ ...report, extra: 1 }), 'report-malformed'],
    ['an unknown key deep inside', (report) => ({ ...report, tool: { ...report.tool, by: 'me' } }), 'report-malformed'],
    ['another schema', (report) => ({ ...report, schema: 'odoo-gate/report@2' }), 'report-malformed'],
    ['no checks', ({ checks, ...report }) => report, 'report-malformed'],
    [
      'a passed check without assertions',
      (report) => ({ ...report, checks: [{ ...report.checks[0], assertions: 0 }] }),
      'report-malformed',
    ],
    [
      'a failed check without findings',
      (report) => ({ ...report, checks: [{ ...report.checks[0], status: 'failed', findings: [] }] }),
      'report-malformed',
    ],
    [
      'an unknown status',
      (report) => ({ ...report, checks: [{ ...report.checks[0], status: 'skipped' }] }),
      'report-malformed',
    ],
    [
      'a digest that is none',
      (report) => ({ ...report, subject: { ...SUBJECT, backup: { digest: 'sha256:abc' } } }),
      'report-malformed',
    ],
    [
      'an artifact outside the output folder',
      (report) => ({ ...report, artifacts: [{ kind: 'log', title: 'x', path: '../../etc/passwd' }] }),
      'report-malformed',
    ],
    ['a local time', (report) => ({ ...report, startedAt: '2026-03-02T10:00:00.000' }), 'report-malformed'],
    [
      'another policy digest',
      (report) => ({ ...report, policy: { ...report.policy, digest: policyDigest([]) } }),
      'report-contradictory',
    ],
    [
      'a required check that is said not to be',
      (report) => ({ ...report, checks: report.checks.map((check) => ({ ...check, required: false })) }),
      'report-contradictory',
    ],
    ['an edited duration', (report) => ({ ...report, durationMs: 1 }), 'report-contradictory'],
    ['an edited reason', (report) => ({ ...report, reasons: ['all is well'] }), 'report-contradictory'],
    [
      'a verdict that its checks do not give',
      () => ({ ...refusing(), verdict: 'pass', reasons: [] }),
      'report-contradictory',
    ],
    [
      'a pass over an inconclusive check',
      () => ({ ...unclear(), verdict: 'pass', reasons: [] }),
      'report-contradictory',
    ],
    [
      'a pass without the checks that the policy requires',
      (report) => ({ ...report, checks: report.checks.slice(1) }),
      'report-contradictory',
    ],
    [
      'a pass of nothing',
      (report) => ({ ...report, checks: [], policy: { required: [], digest: policyDigest([]) } }),
      'report-contradictory',
    ],
  ])('refuses %s', (_, edit, code) => {
    const error = problemOf(JSON.stringify(edit(passing())));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, exitCode: 2 });
  });

  it.each([
    ['nothing', ''],
    ['a report cut off', renderJson(passing()).slice(0, -10)],
    ['prose', 'verdict: pass'],
  ])('refuses %s', (_, text) => {
    expect(problemOf(text)).toMatchObject({ code: 'report-not-json', exitCode: 2 });
  });
});
