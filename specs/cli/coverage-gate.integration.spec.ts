import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../harness/report/json.ts';
import { runCli } from '../support/run-cli.ts';

/** A repository with two addons, whose main branch has a baseline, and its remote. */
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const root = join(folder, 'repository');
const remote = join(folder, 'remote.git');
afterAll(() => rm(folder, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      ...{
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@localhost',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@localhost',
      },
      GIT_CONFIG_GLOBAL: '/dev/null',
    },
  }).trim();

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

const statements = (count: number) => Array.from({ length: count }, (_, index) => `x${index + 1} = 1\n`).join('');

/** Cobertura as from a container: for each file, how often its lines ran. */
async function cobertura(name: string, files: Readonly<Record<string, readonly number[]>>): Promise<string> {
  const classes = Object.entries(files).map(
    ([file, hits]) =>
      `<class filename="/mnt/extra-addons/${file}"><lines>${hits.map((count, index) => `<line number="${index + 1}" hits="${count}"/>`).join('')}</lines></class>`,
  );
  const path = join(folder, name);
  await writeFile(path, `<?xml version="1.0" ?>\n<coverage><packages>${classes.join('\n')}</packages></coverage>\n`);
  return path;
}

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runCli(['coverage', ...args, '--min', '0'], { cwd: root, env: { GITHUB_ACTIONS: '', ...env } });

const OLD = { 'sale_x/models.py': [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 'stock_x/models.py': [1, 0] };

beforeAll(async () => {
  await mkdir(root);
  execFileSync('git', ['init', '--quiet', '--bare', remote]);
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', remote);
  await write({
    'addons/sale_x/__manifest__.py': '{}',
    'addons/sale_x/models.py': statements(10),
    'addons/stock_x/__manifest__.py': '{}',
    'addons/stock_x/models.py': statements(2),
  });
  git('add', '.');
  git('commit', '--quiet', '-m', 'start');
  git('push', '--quiet', 'origin', 'main');
});

const PULL_REQUEST = ['--since', 'origin/main', '--baseline', 'branch:coverage', '--require-base'];
const branchFrom = (name: string) => git('checkout', '--quiet', '-B', name, 'origin/main');
const commit = () => {
  git('add', '--all');
  git('commit', '--quiet', '-m', 'change');
};

describe('on main', () => {
  it('a missing baseline is said, and refused where one has to be', async () => {
    const report = await cobertura('main.xml', OLD);
    const said = await run([report, '--baseline', 'branch:coverage']);
    expect(said).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('compared with nothing') });
    const refused = await run([report, '--baseline', 'branch:coverage', '--require-base']);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('nothing to compare with') });
  });

  it('a baseline goes to a branch of the remote, and touches neither work tree nor index', async () => {
    const report = await cobertura('main.xml', OLD);
    const saved = await run([report, '--baseline', 'branch:coverage', '--save-baseline', '--push-baseline']);
    expect(saved, saved.stderr).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('saved in branch coverage'),
    });
    expect(git('ls-tree', '--name-only', 'origin/coverage')).toBe(`${git('rev-parse', 'HEAD')}.json`);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('rev-parse', '--abbrev-ref', 'HEAD')).toBe('main');
    expect(execFileSync('git', ['-C', remote, 'rev-parse', 'coverage'], { encoding: 'utf8' }).trim()).toBe(
      git('rev-parse', 'origin/coverage'),
    );
  });

  it('what is refused is not saved', async () => {
    const report = await cobertura('main.xml', OLD);
    const where = join(folder, 'none');
    const refused = await run([report, '--baseline', where, '--save-baseline', '--min-addon', '90']);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('baseline not saved') });
    await expect(readFile(join(where, `${git('rev-parse', 'HEAD')}.json`))).rejects.toThrow('ENOENT');
  });
});

describe('a pull request', () => {
  it('that covers one line less is refused, that line named', async () => {
    branchFrom('lowers');
    const report = await cobertura('head.xml', { ...OLD, 'sale_x/models.py': [1, 1, 1, 1, 1, 1, 0, 1, 1, 1] });
    const refused = await run([report, ...PULL_REQUEST, '--format', 'json']);
    expect(refused.exitCode).toBe(1);
    const { checks } = parseReport(refused.stdout);
    expect(checks.find(({ id }) => id === 'coverage.no-decrease')).toMatchObject({
      findings: [
        { message: 'line coverage fell: 91.66 % (11 of 12 lines) before, 83.33 % (10 of 12 lines) now' },
        { location: 'addons/sale_x' },
        { location: 'addons/sale_x/models.py:7' },
      ],
    });
    expect(refused.stderr).toContain('Refused: line coverage fell');
  });

  it('that adds an untested line is refused, and the line is annotated on GitHub', async () => {
    branchFrom('adds');
    await write({ 'addons/sale_x/models.py': `${statements(10)}new = 1\n` });
    commit();
    const report = await cobertura('head.xml', { ...OLD, 'sale_x/models.py': [...OLD['sale_x/models.py'], 0] });
    const summary = join(folder, 'summary.md');
    const comment = join(folder, 'comment.md');
    const badge = join(folder, 'badge.svg');
    const refused = await run([report, ...PULL_REQUEST, '--comment', comment, '--badge', badge], {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('::error file=addons/sale_x/models.py,line=11,endLine=11,'),
    });
    expect(await readFile(comment, 'utf8')).toContain('- `addons/sale_x/models.py`: 11');
    expect(await readFile(summary, 'utf8')).toContain('✘ Coverage: 84.61 %');
    expect(await readFile(badge, 'utf8')).toContain('84.61 %');
  });

  it('that deletes a covered file is not refused', async () => {
    branchFrom('deletes');
    git('rm', '--quiet', '-r', 'addons/sale_x');
    commit();
    const report = await cobertura('head.xml', { 'stock_x/models.py': [1, 0] });
    const passes = await run([report, ...PULL_REQUEST]);
    expect(passes, passes.stdout).toMatchObject({ exitCode: 0 });
  });

  it('that brings a new addon without tests is refused, measured or not', async () => {
    branchFrom('brings');
    await write({ 'addons/new_x/__manifest__.py': '{}', 'addons/new_x/models.py': statements(3) });
    commit();
    const measured = await run([
      await cobertura('head.xml', { ...OLD, 'new_x/models.py': [0, 0, 0] }),
      ...PULL_REQUEST,
    ]);
    expect(measured).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('addons/new_x/models.py:1-3') });
    const unmeasured = await run([await cobertura('head.xml', OLD), ...PULL_REQUEST]);
    expect(unmeasured).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('addon new_x has code') });
  });

  it('is compared with where it left main, whatever main has become', async () => {
    branchFrom('waits');
    const start = git('rev-parse', 'HEAD');
    await write({ 'addons/sale_x/README.md': 'words' });
    commit();
    const report = await cobertura('head.xml', OLD);
    const compared = await run([report, ...PULL_REQUEST]);
    expect(compared, compared.stdout).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`baseline of ${start.slice(0, 12)} in branch coverage`),
    });
  });

  it('by a diff from a file is judged as by git', async () => {
    branchFrom('by-diff');
    await write({ 'addons/sale_x/models.py': `${statements(10)}new = 1\n` });
    commit();
    const diff = join(folder, 'change.diff');
    await writeFile(diff, `${git('diff', 'origin/main', 'HEAD')}\n`);
    const report = await cobertura('head.xml', { ...OLD, 'sale_x/models.py': [...OLD['sale_x/models.py'], 0] });
    const refused = await run([report, '--diff', diff]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('addons/sale_x/models.py:11') });
  });

  it('with a new file that git does not know yet counts that file as changed', async () => {
    branchFrom('untracked');
    await write({ 'addons/sale_x/later.py': statements(2) });
    const report = await cobertura('head.xml', { ...OLD, 'sale_x/later.py': [1, 0] });
    const refused = await run([report, '--since', 'origin/main']);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('addons/sale_x/later.py:2') });
    await rm(join(root, 'addons/sale_x/later.py'));
  });
});

describe('two jobs', () => {
  it('that save baselines at the same time both do', async () => {
    const other = join(folder, 'other');
    execFileSync('git', ['clone', '--quiet', '--branch', 'main', remote, other]);
    git('checkout', '--quiet', 'main');
    git('commit', '--quiet', '--allow-empty', '-m', 'one more');
    const save = ['--baseline', 'branch:both', '--save-baseline', '--push-baseline', '--min', '0'];
    const report = await cobertura('both.xml', OLD);
    const results = await Promise.all(
      [root, other].map((cwd) => runCli(['coverage', report, ...save], { cwd, env: { GITHUB_ACTIONS: '' } })),
    );
    expect(
      results.map(({ exitCode }) => exitCode),
      results.map(({ stderr }) => stderr).join(),
    ).toEqual([0, 0]);
    const names = execFileSync('git', ['-C', remote, 'ls-tree', '--name-only', 'both'], { encoding: 'utf8' });
    expect(names.trim().split('\n')).toHaveLength(2);
  });
});

it.each([
  ['--since and --diff', ['--since', 'main', '--diff', 'x'], 'options'],
  ['--base and --baseline', ['--base', 'x', '--baseline', 'x'], 'options'],
  ['--save-baseline without --baseline', ['--save-baseline'], 'options'],
  ['--push-baseline of a folder', ['--baseline', 'x', '--save-baseline', '--push-baseline'], 'options'],
  ['--map-path without a pair', ['--map-path', 'x'], 'options'],
  ['a commit that git does not know', ['--since', 'nowhere'], 'commit-unknown'],
  ['an option of git as a commit', ['--since', '--output=x'], 'commit-unknown'],
  ['a diff that is not there', ['--diff', 'nowhere.diff'], 'diff-missing'],
  ['a branch that git does not take', ['--baseline', 'branch:a..b', '--save-baseline'], 'git-failed'],
  ['--comment github outside of one', ['--comment', 'github'], 'comment-target-unknown'],
])('%s is a usage error', async (_, args, code) => {
  git('checkout', '--quiet', 'main');
  const report = await cobertura('usage.xml', OLD);
  const refused = await run([report, ...args], { GITHUB_TOKEN: '' });
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`[${code}]`) });
});
