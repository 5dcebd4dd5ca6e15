import { describe, expect, it } from 'vitest';
import { type Finding, failedUnlessEmpty } from '../../../harness/check.ts';
import { renderCodeQuality } from '../../../harness/report/code-quality.ts';
import { renderWorkflowCommands } from '../../../harness/report/workflow-commands.ts';
import { buildReport } from '../../../harness/run.ts';
import { result } from './sample-report.ts';

/** A report of one check that failed with these. */
function reportOf(findings: readonly Finding[], required = ['addons.xml']) {
  const results = [result('addons.xml', 'XML is well-formed', 'high', failedUnlessEmpty(findings, 9))];
  const at = new Date(0);
  return buildReport({
    toolVersion: '1',
    startedAt: at,
    finishedAt: at,
    subject: {},
    required,
    results,
    artifacts: [],
  });
}

const placed = { message: 'a, b: 100%\nmore', location: 'acme/a,b.xml:3', fix: 'Close it.' };

describe('findings that name a line', () => {
  it('are workflow commands of GitHub, escaped as its toolkit does', () => {
    expect(renderWorkflowCommands(reportOf([placed]), 'addons/')).toEqual([
      '::error file=addons/acme/a%2Cb.xml,line=3,title=addons.xml::a, b: 100%25%0Amore. Close it.',
    ]);
  });

  it('are warnings where the check is not required', () => {
    expect(renderWorkflowCommands(reportOf([placed], ['addons.python']))).toEqual([
      expect.stringMatching(/^::warning /),
    ]);
  });

  it.each(['res_users.password', 'acme/a.xml', '/elsewhere/a.xml:3', ''])('are not those at "%s"', (location) => {
    expect(renderWorkflowCommands(reportOf([{ message: 'a', location }]))).toEqual([]);
    expect(JSON.parse(renderCodeQuality(reportOf([{ message: 'a', location }])))).toEqual([]);
  });

  it('are entries of Code Quality for GitLab', () => {
    expect(JSON.parse(renderCodeQuality(reportOf([placed]), 'addons/'))).toEqual([
      {
        description: 'a, b: 100%\nmore. Close it.',
        check_name: 'addons.xml',
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        severity: 'critical',
        location: { path: 'addons/acme/a,b.xml', lines: { begin: 3 } },
      },
    ]);
  });

  it('have a fingerprint that stays when they move, and one each', () => {
    const fingerprints = (...findings: readonly Finding[]) =>
      (JSON.parse(renderCodeQuality(reportOf(findings))) as { fingerprint: string }[]).map(
        ({ fingerprint }) => fingerprint,
      );
    const moved = { ...placed, location: 'acme/a,b.xml:30' };
    expect(fingerprints(moved)).toEqual(fingerprints(placed));
    expect(new Set(fingerprints(placed, moved)).size).toBe(2);
  });
});
