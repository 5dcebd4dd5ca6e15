import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLANTED } from '../../fixtures/demo/arm.ts';
import { parseReport } from '../../harness/report/json.ts';
import type { RunReport } from '../../harness/run.ts';
import { useDemoBackup } from '../support/demo-backup.ts';
import { NOTHING, useEngineWatch } from '../support/engine-watch.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const backup = useDemoBackup();
const watch = useEngineWatch();
afterAll(() => rm(folder, { recursive: true, force: true }));

const verify = (args: readonly string[], env?: Record<string, string>) =>
  runCli(['verify', '--image', 'odoo:19', '--format', 'json', ...args], env === undefined ? {} : { env });
const failedIds = (report: RunReport) => report.checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
const statusOf = (report: RunReport) => Object.fromEntries(report.checks.map(({ id, status }) => [id, status]));

/** Every file below a folder with its content; a screenshot is a picture and no text. */
async function textFiles(below: string): Promise<{ name: string; content: string }[]> {
  const entries = await readdir(below, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = paths.filter((path) => extname(path) !== '.png');
  return Promise.all(texts.map(async (name) => ({ name, content: await readFile(name, 'utf8') })));
}

describe('a production as found', () => {
  const out = join(folder, 'as-found');
  let result: CliResult;
  let report: RunReport;
  beforeAll(async () => {
    const args = ['--backup', backup().zip, '--as-found', '--out', out];
    result = await verify(args, { ODOO_GATE_DEBUG: '1' });
    report = parseReport(result.stdout);
  });

  it('is refused with exit code 1', () => {
    expect(result).toMatchObject({ exitCode: 1, signal: null });
    expect(report.verdict).toBe('refuse');
  });

  it('has every live wire and every personal value named', () => {
    const wires = ['mail-servers', 'incoming-mail', 'waiting-mail', 'crons', 'webhooks', 'base-url', 'payment'];
    const data = ['credentials', 'users', 'partners', 'documents', 'messages'];
    expect(failedIds(report)).toEqual(expect.arrayContaining([...wires, ...data].map((each) => `sanitize.${each}`)));
  });

  it('is started, opened in a browser and found complete all the same', () => {
    expect(statusOf(report)).toMatchObject({
      'backup.filestore-complete': 'passed',
      'stack.boot': 'passed',
      'stack.modules': 'passed',
      'stack.assets': 'passed',
      'stack.log': 'passed',
      'smoke.login': 'passed',
      'smoke.apps': 'passed',
      'smoke.quotation': 'passed',
    });
  });

  it('prints on stdout what it writes to report.json, and nothing else', async () => {
    expect(result.stdout).toBe(await readFile(join(out, 'report.json'), 'utf8'));
  });

  it('shows no secret and no personal value in anything it prints or writes', async () => {
    const written = await textFiles(out);
    expect(written.map(({ name }) => name.slice(out.length + 1)).sort()).toEqual([
      'ctrf.json',
      'junit.xml',
      'report.html',
      'report.json',
    ]);
    const { stdout, stderr } = result;
    const told = [{ name: 'stdout', content: stdout }, { name: 'stderr', content: stderr }, ...written];
    const shown = told.flatMap(({ name, content }) =>
      [PLANTED.password, ...PLANTED.secrets, ...PLANTED.personal]
        .filter((planted) => content.toLowerCase().includes(planted.toLowerCase()))
        .map((planted) => `${planted} in ${name}`),
    );
    expect(shown).toEqual([]);
  });

  it('leaves no container, network or volume', async () => {
    const { containers, networks, volumes } = watch().startedBy(result.pid);
    expect(containers.length).toBeGreaterThanOrEqual(2);
    expect(networks).toHaveLength(1);
    expect(volumes.length).toBeGreaterThan(1);
    expect(await watch().leftBy(result.pid)).toEqual(NOTHING);
  });

  it('fails the same checks from a custom dump with a tar of the filestore', async () => {
    const { dump, filestore } = backup().custom;
    const other = await verify(['--backup', dump, '--filestore', filestore, '--only', 'sanitize.*']);
    expect(other.exitCode).toBe(1);
    expect(failedIds(parseReport(other.stdout))).toEqual(failedIds(report));
    expect(await watch().leftBy(other.pid)).toEqual(NOTHING);
  });
});

describe('the same, sanitized and anonymized', () => {
  const out = join(folder, 'sanitized');
  let result: CliResult;
  let report: RunReport;
  beforeAll(async () => {
    const record = ['--history', join(folder, 'uat.jsonl'), '--operator', 'otto', '--environment', 'uat'];
    result = await verify(['--backup', backup().zip, '--sanitize', '--anonymize', '--out', out, ...record]);
    report = parseReport(result.stdout);
  });

  it('passes with exit code 0', () => {
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(report).toMatchObject({ verdict: 'pass', reasons: [] });
  });

  it('leaves no check undecided', () => {
    const undecided = report.checks.filter(({ status }) => status !== 'passed' && status !== 'not-applicable');
    expect(undecided).toEqual([]);
  });

  it('writes a report for people, programs and CI', async () => {
    const files = await textFiles(out);
    const contentOf = (name: string) => files.find((file) => file.name === join(out, name))?.content ?? '';
    expect(parseReport(contentOf('report.json'))).toEqual(report);
    expect(contentOf('report.html')).toMatch(/^<!doctype html>/i);
    expect(contentOf('junit.xml')).toContain('<testsuites');
    expect(JSON.parse(contentOf('ctrf.json'))).toMatchObject({ results: { summary: { failed: 0 } } });
  });

  it('is recorded in the history', async () => {
    const [line = '', ...more] = (await readFile(join(folder, 'uat.jsonl'), 'utf8')).trim().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({ version: '19', environment: 'uat', status: 'verified', operator: 'otto' });
  });

  it('keeps a screenshot of every step', async () => {
    const screenshots = report.artifacts.filter(({ kind }) => kind === 'screenshot');
    expect(screenshots.length).toBeGreaterThan(6);
    for (const { path } of screenshots) {
      const head = (await readFile(join(out, path))).subarray(1, 4).toString('latin1');
      expect({ path, head }).toEqual({ path, head: 'PNG' });
    }
  });

  it('leaves no container, network or volume', async () => {
    expect(watch().startedBy(result.pid).containers.length).toBeGreaterThan(2);
    expect(await watch().leftBy(result.pid)).toEqual(NOTHING);
  });
});

it.each([
  { what: '--as-found with --sanitize', args: ['--as-found', '--sanitize'], says: '--sanitize' },
  { what: '--as-found with --anonymize', args: ['--as-found', '--anonymize'], says: '--anonymize' },
  { what: '--anonymize without --sanitize', args: ['--anonymize'], says: '--sanitize' },
  { what: '--only with a check that does not exist', args: ['--only', 'sanitize.nothing'], says: 'sanitize.nothing' },
])('$what is a mistake of usage: exit code 2, nothing on stdout, nothing started', async ({ args, says }) => {
  const { exitCode, stdout, stderr, pid } = await verify(['--backup', backup().zip, ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(says);
  expect(watch().startedBy(pid)).toEqual(NOTHING);
});
