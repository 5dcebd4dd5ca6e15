import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseReport } from '../../../harness/report/json.ts';
import type { RunReport } from '../../../harness/run.ts';
import { type CliResult, runCli } from '../../support/run-cli.ts';

const ADDONS = 'fixtures/addons/tested';

/** What every version of Odoo has to make of the addons in fixtures/addons/tested. */
export function describeTestedAddons(series: string): void {
  describe(`the addons of a repository, tested on Odoo ${series}`, () => {
    let out: string;
    let result: CliResult;
    let report: RunReport;
    const checkOf = (name: string) => report.checks.find(({ id }) => id === `tests.${name}`);
    const findingsOf = (name: string) => {
      const check = checkOf(name);
      return check?.status === 'failed' ? check.findings : [];
    };

    beforeAll(async () => {
      out = await mkdtemp(join(tmpdir(), 'odoo-gate-tested-'));
      const image = `odoo-gate/odoo-tests:${series}`;
      result = await runCli(['test', '--image', image, '--addons', ADDONS, '--min', '90', '--out', out]);
      report = parseReport(await readFile(join(out, 'report.json'), 'utf8'));
    });
    afterAll(() => rm(out, { recursive: true, force: true }));

    test('are each judged for themselves', () => {
      const statuses = Object.fromEntries(report.checks.map(({ id, status }) => [id, status]));
      expect(statuses).toEqual({
        'tests.selection': 'passed',
        'tests.tested_circular': 'failed',
        'tests.tested_circular_back': 'failed',
        'tests.tested_failing': 'failed',
        'tests.tested_forbidden': 'passed',
        'tests.tested_passing': 'passed',
        'tests.tested_slow': 'passed',
        'tests.tested_uninstallable': 'failed',
        'tests.tested_warning': 'passed',
        'tests.tested_without_tests': 'not-applicable',
        'tests.flaky': 'failed',
        'tests.log': 'failed',
        'coverage.total': 'passed',
      });
    });

    test('end in a refusal', () => {
      expect([result.exitCode, report.verdict]).toEqual([1, 'refuse']);
    });

    test('that fail name test, error and line', () => {
      expect(findingsOf('tested_failing').map(({ message, location }) => `${location} ${message}`)).toEqual([
        expect.stringMatching(
          /^tested_failing\/tests\/test_failing\.py:6 .+test_assertion: AssertionError: 'what is' != /,
        ),
        expect.stringMatching(/^tested_failing\/tests\/test_failing\.py:9 .+test_exception: KeyError: 'what nobody/),
        expect.stringMatching(/^tested_failing\/tests\/test_failing\.py:17 .+test_subtests: AssertionError: 0 != 1$/),
        expect.stringMatching(/^tested_failing\/tests\/test_failing\.py:24 .+TestNeverSetUp\.setUpClass: ValueError: /),
      ]);
    });

    test('that can not be installed say why, and keep no other from being tested', () => {
      expect(findingsOf('tested_uninstallable')).toMatchObject([
        { message: expect.stringMatching(/ParseError.+broken\.xml/) },
      ]);
      expect(findingsOf('tested_circular')[0]?.message).toMatch(
        /tested_circular → tested_circular_back → tested_circular$/,
      );
    });

    test('that pass only alone are called flaky, in no way of a verdict', () => {
      expect(findingsOf('flaky')).toMatchObject([
        { message: expect.stringMatching(/test_2_fails_unless_it_runs_alone/) },
      ]);
      expect(checkOf('flaky')?.required).toBe(false);
    });

    test('that warn are told from the log, and nothing else of it', () => {
      expect(findingsOf('log')).toEqual([
        expect.objectContaining({
          message: 'WARNING: something is deprecated (during tested_warning: test_warning.TestWarning.test_warns)',
          location: 'odoo.addons.tested_warning',
        }),
      ]);
    });

    test('have each test in the reports, also in a browser', async () => {
      const outcomes = Object.groupBy(report.tests ?? [], ({ outcome }) => outcome);
      expect(
        Object.entries(outcomes)
          .map(([outcome, tests]) => [outcome, tests?.length])
          .sort(),
      ).toEqual([
        ['error', 2],
        ['failed', 2],
        ['flaky', 1],
        ['passed', 9],
        ['skipped', 1],
      ]);
      expect(outcomes.passed?.map(({ name }) => name)).toContain('test_browser.TestBrowser.test_page');
      expect(await readFile(join(out, 'junit.xml'), 'utf8')).toContain(
        'classname="tested_passing.test_browser.TestBrowser"',
      );
    });

    test('are measured, imported or not, under the paths of this checkout', async () => {
      const { files } = JSON.parse(await readFile(join(out, 'coverage.json'), 'utf8')) as { files: object };
      expect(Object.keys(files)).toContain(`${ADDONS}/tested_passing/models/partner.py`);
      expect(Object.keys(files)).toContain(`${ADDONS}/tested_circular/__init__.py`);
      expect(Object.keys(files).filter((name) => /\/tests\/|__manifest__/.test(name))).toEqual([]);
      expect(await readFile(join(out, 'lcov.info'), 'utf8')).toContain(
        `SF:${ADDONS}/tested_without_tests/untested.py\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n`,
      );
    });
  });
}
