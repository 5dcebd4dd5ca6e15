import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkAddons } from '../../../harness/addon-checks/check-addons.ts';
import { findAddonsBelow, findAddonsIn } from '../../../harness/addon-checks/find-addons.ts';
import { manifest, writeFiles } from './write-addons.ts';

const { signal } = new AbortController();

function check(files: Readonly<Record<string, string>>, more: Partial<Parameters<typeof checkAddons>[0]> = {}) {
  const where = { repository: writeFiles(files) };
  return checkAddons({ where, series: '19.0', rules: [], allowedKeys: [], linters: [], signal, ...more });
}

const statuses = async (...given: Parameters<typeof check>) =>
  Object.fromEntries((await check(...given)).results.map(({ id, status }) => [id, status]));

describe('a repository', () => {
  it('is held to every check, and each but the linters is required', async () => {
    const { results, required } = await check({ 'a/__manifest__.py': manifest() }, { linters: 'auto' });
    const ids = ['manifest', 'dependencies', 'architecture', 'xml', 'python', 'lint'].map((id) => `addons.${id}`);
    expect(results.map(({ id }) => id)).toEqual(ids);
    expect(required.filter((id) => id !== 'addons.lint')).toEqual(ids.slice(0, -1));
  });

  it('requires linters that are asked for by name', async () => {
    const { required } = await check({ 'a/__manifest__.py': manifest() }, { linters: ['ruff'] });
    expect(required).toContain('addons.lint');
  });

  it('has a check fail for each kind of mistake, and for no other', async () => {
    const good = await statuses({ 'a/__manifest__.py': manifest('"data": ["a.xml"]'), 'a/a.xml': '<odoo/>' });
    expect(good).toMatchObject({
      'addons.manifest': 'passed',
      'addons.dependencies': 'passed',
      'addons.architecture': 'not-applicable',
      'addons.xml': 'passed',
      'addons.lint': 'not-applicable',
    });
    expect(await statuses({ 'a/__manifest__.py': '' })).toMatchObject({ 'addons.manifest': 'failed' });
    const broken = { 'a/__manifest__.py': manifest('"data": ["a.xml"]'), 'a/a.xml': '<odoo' };
    expect(await statuses(broken)).toMatchObject({ 'addons.manifest': 'passed', 'addons.xml': 'failed' });
  });

  it('is inconclusive, not passed, where a dependency is not known', async () => {
    const files = { 'a/__manifest__.py': manifest('"depends": ["sale"]') };
    expect(await statuses(files)).toMatchObject({ 'addons.dependencies': 'inconclusive' });
    const odoo = { names: new Set(['sale']) };
    expect(await statuses(files, { odoo })).toMatchObject({ 'addons.dependencies': 'passed' });
  });

  it('has its Python compiled where there is a python3, and says so where there is none', async () => {
    const found = await statuses({ 'a/__manifest__.py': manifest(), 'a/b.py': 'def f(:\n' });
    const isThere = spawnSync('python3', ['--version']).status === 0;
    expect(found['addons.python']).toBe(isThere ? 'failed' : 'inconclusive');
  });

  it('is of the series that its manifests name', async () => {
    const files = { 'a/__manifest__.py': manifest('"version": "17.0.1.0.0"') };
    const { results } = await check(files, { series: 'auto' });
    expect(results[0]).toMatchObject({ status: 'passed', title: 'Manifests of 1 addon for Odoo 17.0' });
  });

  it('runs none of its code', async () => {
    const marker = join(writeFiles({}), 'was-run');
    const code = `open(${JSON.stringify(marker)}, "w")\n`;
    const { results } = await check({
      'a/__manifest__.py': manifest(`"data": [${code.trim()}]`),
      'a/__init__.py': code,
      'a/sitecustomize.py': code,
      'a/json.py': code,
    });
    expect(results.find(({ id }) => id === 'addons.manifest')?.status).toBe('failed');
    expect(findFiles(marker)).toBe(false);
  });
});

function findFiles(path: string): boolean {
  return spawnSync('test', ['-e', path]).status === 0;
}

describe('addons are found', () => {
  const names = (addons: readonly { name: string }[]) => addons.map(({ name }) => name);

  it('at whatever depth, but not within an addon, nor where others put theirs', () => {
    const repository = writeFiles({
      'addons/a/__manifest__.py': '{}',
      'addons/a/tests/b/__manifest__.py': '{}',
      'oca/web/c/__manifest__.py': '{}',
      '.git/d/__manifest__.py': '{}',
      'node_modules/e/__manifest__.py': '{}',
      'venv/pyvenv.cfg': '',
      'venv/lib/f/__manifest__.py': '{}',
    });
    expect(names(findAddonsBelow(repository))).toEqual(['a', 'c']);
  });

  it('where the repository is one itself', () => {
    expect(findAddonsBelow(writeFiles({ '__manifest__.py': '{}' }))).toHaveLength(1);
  });

  it('in the folders that are named, and no deeper', () => {
    const folder = writeFiles({
      'x/a/__manifest__.py': '{}',
      'x/deeper/b/__manifest__.py': '{}',
      'y/c/__manifest__.py': '{}',
    });
    expect(names(findAddonsIn([join(folder, 'x'), join(folder, 'y')]))).toEqual(['a', 'c']);
  });

  it('once where links lead to them, and links in a circle end', () => {
    const folder = writeFiles({ 'a/__manifest__.py': '{}' });
    mkdirSync(join(folder, 'setup/a/odoo/addons'), { recursive: true });
    symlinkSync('../../../../a', join(folder, 'setup/a/odoo/addons/a'));
    symlinkSync('..', join(folder, 'setup/up'));
    symlinkSync('loop', join(folder, 'loop'));
    expect(findAddonsBelow(folder).map((addon) => addon.folder)).toEqual([join(folder, 'a')]);
  });

  it.each<[string, () => unknown, string]>([
    ['a folder without addons', () => findAddonsBelow(writeFiles({ 'readme.md': '' })), 'addons-none'],
    ['a folder that is not there', () => findAddonsBelow('/nowhere/at/all'), 'addons-folder'],
    ['a file', () => findAddonsIn([join(writeFiles({ a: '' }), 'a')]), 'addons-folder'],
  ])('%s is a usage error', (_what, find, code) => {
    expect(find).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });
});
