import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { joinModules, readAddonsFolders } from '../../../harness/stack/addons-folders.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'odoo-gate-spec-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function addModule(path: string, sql?: string): void {
  mkdirSync(join(root, path, 'data'), { recursive: true });
  writeFileSync(join(root, path, '__manifest__.py'), '{}');
  if (sql !== undefined) writeFileSync(join(root, path, 'data/neutralize.sql'), sql);
}
const read = (...folders: string[]) => readAddonsFolders(folders.map((folder) => join(root, folder)));

test('finds modules, linked ones too, and what they neutralize', async () => {
  addModule('one/a', 'SELECT 1');
  addModule('one/b');
  mkdirSync(join(root, 'one/no_module'));
  symlinkSync(join(root, 'one/a'), join(root, 'one/c'));
  const { names, neutralizations } = await read('one');
  expect([...names].sort()).toEqual(['a', 'b', 'c']);
  expect(Object.fromEntries(neutralizations)).toEqual({ a: 'SELECT 1', c: 'SELECT 1' });
});

test('the first of two folders wins, as in the addons path', async () => {
  addModule('one/a', 'SELECT 1');
  addModule('two/a', 'SELECT 2');
  expect((await read('one', 'two')).neutralizations.get('a')).toBe('SELECT 1');
  expect(joinModules(await read('one'), await read('two')).neutralizations.get('a')).toBe('SELECT 1');
});

test.each([
  ["version_info = (19, 0, 0, FINAL, 0, '')", '19.0'],
  ["version_info = ('saas~18', 2, 0, FINAL, 0, '')", '18.2'],
  ['no version', undefined],
])('reads the series beside base: %s', async (line, series) => {
  addModule('odoo/addons/base');
  writeFileSync(join(root, 'odoo/release.py'), `${line}\n`);
  expect((await read('odoo/addons')).series).toBe(series);
});

test.each([
  ['that is not there', 'gone'],
  ['that is a file', 'file'],
])('a folder %s is a mistake of usage', async (_title, folder) => {
  writeFileSync(join(root, 'file'), '');
  await expect(read(folder)).rejects.toMatchObject({ code: 'addons-folder', exitCode: 2 });
});
