import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProgram } from '../../cli/program.ts';
import { parseReport } from '../../harness/report/json.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import { useDemoBackup } from '../support/demo-backup.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const elsewhere = join(folder, 'elsewhere');
const backup = useDemoBackup();
let files: string[] = [];

/** Runs npm or npx under this Node, whatever the machine's own is, and without what the outer npm has set. */
async function npm(command: 'npm' | 'npx', args: string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  const outer = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  const env = { ...Object.fromEntries(outer), NO_COLOR: '1', CI: 'true' };
  const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  return promisify(execFile)(command, args, { cwd, env: { ...env, PATH }, maxBuffer: 64 * 1024 * 1024 });
}
const installed = (...args: string[]) => npm('npx', ['--no-install', 'odoo-gate', ...args], elsewhere);

beforeAll(async () => {
  await mkdir(elsewhere);
  const { stdout } = await npm('npm', ['pack', '--json', '--silent', '--pack-destination', folder], ROOT);
  // The build prints before the JSON.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [{ filename: string; files: { path: string }[] }];
  files = packed.files.map(({ path }) => path);
  // Without scripts: an npm of the machine's own, older Node would compile ssh2 for that one (docs/troubleshooting.md).
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await npm('npm', ['install', ...quiet, join(folder, packed.filename)], elsewhere);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('holds what it needs to run, its licence and its words, and nothing else', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      ...['LICENSE', 'README.md', 'package.json', 'cli/odoo-gate.js', 'dist/cli/main.js', 'dist/playwright.config.js'],
      ...['login', 'apps', 'quotation'].map((flow) => `dist/harness/smoke/flows/${flow}.flow.js`),
    ]),
  );
  const own = /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|cli\/odoo-gate\.js)$/;
  const built = /^dist\/((cli|harness|deploy)\/.+|playwright\.config)\.(js|d\.ts)$/;
  expect(files.filter((path) => !own.test(path) && !built.test(path) && !path.startsWith('docs/'))).toEqual([]);
});

it.each([
  ['the package', () => installed('--version')],
  ['the checkout', () => npm('npx', ['odoo-gate', '--version'], ROOT)],
])('answers `npx odoo-gate --version` from %s', async (_from, ask) => {
  expect((await ask()).stdout.trim()).toBe(toolVersion);
  expect(toolVersion).toBe(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version);
});

it('lists every command in its help', async () => {
  const { stdout } = await installed('--help');
  const { commands: all } = await createProgram(new AbortController().signal);
  const commands = all.map((command) => command.name());
  expect(commands.length).toBeGreaterThan(10);
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
});

it('gates on a coverage report', async () => {
  const report = join(ROOT, 'fixtures', 'coverage', 'recorded', 'coverage-py-7.6.0.json');
  const { stdout } = await installed('coverage', report, '--min', '0', '--format', 'json');
  expect(parseReport(stdout)).toMatchObject({ verdict: 'pass', tool: { version: toolVersion } });
});

it('verifies a production, browser and all', async () => {
  const what = ['--image', 'odoo:19', '--backup', backup().zip, '--sanitize', '--anonymize'];
  const { stdout } = await installed('verify', ...what, '--only', 'smoke.login,stack.boot', '--format', 'json');
  const { verdict, checks } = parseReport(stdout);
  expect({ verdict, passed: checks.filter(({ status }) => status === 'passed').map(({ id }) => id) }).toEqual({
    verdict: 'pass',
    passed: ['stack.boot', 'smoke.login'],
  });
});
