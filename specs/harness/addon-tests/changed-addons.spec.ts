import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changesSince } from '../../../harness/addon-tests/changed-addons.ts';

let root: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const write = (path: string, content = path) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const commit = () => {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'a change');
};
const changed = async (reference = 'base') => {
  const { addons, elsewhere } = await changesSince(reference, [join(root, 'addons')]);
  return { addons: [...addons].sort(), elsewhere };
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'odoo-gate-git-'));
  git('init', '--quiet', '--initial-branch=base');
  for (const name of ['one', 'two', 'three', 'four']) write(`addons/${name}/__manifest__.py`, '{}');
  write('README.md');
  commit();
  git('checkout', '--quiet', '-b', 'change');
});
afterEach(() => rmSync(root, { recursive: true }));

test('nothing has changed since a commit that is the same', async () => {
  expect(await changed()).toEqual({ addons: [], elsewhere: 0 });
});

test('commits, changed files, new files, moved ones and an addon that is gone count', async () => {
  write('addons/one/models.py');
  commit();
  write('addons/two/__manifest__.py', '{"name": "Two"}');
  write('addons/new/__manifest__.py');
  git('mv', 'addons/three/__manifest__.py', 'addons/one/moved.py');
  rmSync(join(root, 'addons/four'), { recursive: true });
  expect(await changed()).toEqual({ addons: ['four', 'new', 'one', 'three', 'two'], elsewhere: 0 });
});

test('what others have merged into the base since is not ours', async () => {
  git('checkout', '--quiet', 'base');
  write('addons/two/models.py');
  commit();
  git('checkout', '--quiet', 'change');
  write('addons/one/models.py');
  expect(await changed()).toEqual({ addons: ['one'], elsewhere: 0 });
});

test('files in no addon are counted', async () => {
  write('README.md', 'more');
  write('addons/requirements.txt');
  expect(await changed()).toEqual({ addons: [], elsewhere: 2 });
});

test.each(['nowhere', '--output=/tmp/file', ''])('a base "%s" that git does not know is refused', async (reference) => {
  await expect(changed(reference)).rejects.toMatchObject({ code: 'git-failed', exitCode: 2 });
});

test('a folder outside of git is refused', async () => {
  rmSync(join(root, '.git'), { recursive: true });
  await expect(changed()).rejects.toMatchObject({ code: 'git-failed' });
});
