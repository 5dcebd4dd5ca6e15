import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PLANTED } from '../../../fixtures/demo/arm.ts';
import { PERSON, SECRETS } from '../../../harness/selftest/armed-values.ts';
import { selftestIds } from '../../../harness/selftest/selftest.ts';
import type { SelftestReport } from '../../../harness/selftest/summary.ts';
import { useDemoBackup } from '../../support/demo-backup.ts';
import { type CliResult, runCli } from '../../support/run-cli.ts';

const backup = useDemoBackup();
const oldBackup = useDemoBackup('odoo:14');
let folder: string;
/** Accepts anything: no mutation can make it speak. */
let laxRules: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odoo-gate-selftest-'));
  laxRules = join(folder, 'rules.yaml');
  await writeFile(
    laxRules,
    `rules:
  - {id: lax, table: res_currency, column: name, neutral: {matches: ".*"}, severity: low, why: a spec, fix: none}
  - {id: sharp, table: acme_settings, column: mode, neutral: {oneOf: [test]}, severity: low, why: a spec, fix: none}
`,
  );
  return () => rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  runCli(['selftest', '--image', 'odoo:19', '--backup', backup().zip, '--format', 'json', ...args]);

describe('every check against everything of production that it has to see', () => {
  let result: CliResult;
  let report: SelftestReport;

  beforeAll(async () => {
    result = await run();
    if (result.stdout === '') throw new Error(result.stderr);
    report = JSON.parse(result.stdout);
    const { killed, survived } = report.mutations;
    console.log(`selftest: ${killed} of ${killed + survived} caught, ${report.durationMs} ms`);
  });

  test('catches all of it', () => {
    expect(report.survivors).toEqual([]);
    expect(report.mutations.killed).toBeGreaterThan(3000);
  });

  test('raises nothing on the clean copy', () => {
    expect(report.falsePositives).toEqual([]);
    expect(report.inconclusive).toEqual([]);
  });

  test('leaves nothing untried, and no rule that nothing makes speak', () => {
    expect(report.untried).toEqual([]);
    expect(report.silentRules).toEqual([]);
  });

  test('has mutations for every check that can fail by a row', () => {
    const withoutRows = ['sanitize.recognized', 'sanitize.fixed-point'];
    expect(selftestIds().filter((id) => !withoutRows.includes(id))).toEqual(
      expect.arrayContaining(report.checks.map(({ id }) => id)),
    );
    const tried = report.checks.map(({ id }) => id);
    expect(selftestIds().filter((id) => !tried.includes(id))).toEqual(withoutRows);
  });

  test('plants personal data in types of every kind, and in tables that nobody knows', () => {
    expect(report.checks.find(({ id }) => id === 'sanitize.residue')?.killed).toBeGreaterThan(40);
  });

  test('says what would be seen without the rules', () => {
    expect(report.secondNets?.census).toBeGreaterThan(50);
    expect(report.secondNets?.fixedPoint).toBeGreaterThan(10);
  });

  test('passes, and ends with 0', () => {
    expect([report.verdict, result.exitCode]).toEqual(['pass', 0]);
  });

  test('says nothing of what it planted, or of what the backup holds', () => {
    const output = `${result.stdout}${result.stderr}`.toLowerCase();
    for (const value of [...PERSON, ...SECRETS, ...PLANTED.secrets, ...PLANTED.personal, PLANTED.password]) {
      expect(output).not.toContain(value.toLowerCase());
    }
  });
});

test('names a rule that catches nothing, and ends with 1', async () => {
  const { stdout, exitCode } = await run('--rules', laxRules, '--only', 'sanitize.custom.*');
  const report: SelftestReport = JSON.parse(stdout);
  expect([report.verdict, exitCode]).toEqual(['refuse', 1]);
  expect([...new Set(report.survivors.map(({ location }) => location))]).toEqual(['res_currency.name']);
  expect(report.checks).toContainEqual(expect.objectContaining({ id: 'sanitize.custom.sharp', survived: 0 }));
});

test('on Odoo 14, too, every check catches all of it, raises nothing on the clean copy, and leaves nothing untried', async () => {
  const args = ['selftest', '--image', 'odoo:14', '--backup', oldBackup().zip, '--format', 'json'];
  const { stdout, stderr, exitCode } = await runCli(args);
  if (stdout === '') throw new Error(stderr);
  const report: SelftestReport = JSON.parse(stdout);
  console.log(`selftest on 14: ${report.mutations.killed} caught, ${report.durationMs} ms`);
  const { survivors, falsePositives, inconclusive, untried, silentRules, verdict } = report;
  expect({ survivors, falsePositives, inconclusive, untried, silentRules, verdict, exitCode }).toEqual({
    ...{ survivors: [], falsePositives: [], inconclusive: [], untried: [], silentRules: [] },
    ...{ verdict: 'pass', exitCode: 0 },
  });
  expect(report.mutations.killed).toBeGreaterThan(3000);
});
