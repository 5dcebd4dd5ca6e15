import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findAddons } from '../../../harness/addon-tests/read-addons.ts';

let root: string;
const addAddon = (...path: string[]) => {
  mkdirSync(join(root, ...path), { recursive: true });
  writeFileSync(join(root, ...path, '__manifest__.py'), `{"name": "${path.join('/')}"}`);
};
const found = async (...folders: string[]) =>
  (await findAddons(folders.map((folder) => join(root, folder)))).map(({ name, manifest }) => [name, manifest]);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'odoo-gate-addons-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('addons are the folders with a manifest', async () => {
  addAddon('addons', 'shop');
  mkdirSync(join(root, 'addons', 'docs'));
  writeFileSync(join(root, 'addons', 'README.md'), '');
  expect(await found('addons')).toEqual([['shop', '{"name": "addons/shop"}']]);
});

test('of two of one name the first folder has it', async () => {
  addAddon('ours', 'shop');
  addAddon('theirs', 'shop');
  expect(await found('ours', 'theirs')).toEqual([['shop', '{"name": "ours/shop"}']]);
});

test('a linked addon is where its files are', async () => {
  addAddon('elsewhere', 'shop');
  mkdirSync(join(root, 'addons'));
  symlinkSync(join(root, 'elsewhere', 'shop'), join(root, 'addons', 'shop'));
  const [shop] = await findAddons([join(root, 'addons')]);
  expect(shop?.path).toMatch(/elsewhere\/shop$/);
});

test.each([
  ['that is not there', () => {}, 'addons-missing'],
  ['that is a file', () => writeFileSync(join(root, 'addons'), ''), 'addons-missing'],
  ['without an addon', () => mkdirSync(join(root, 'addons')), 'addons-none'],
  ['that is an addon itself', () => addAddon('addons'), 'addons-none'],
])('a folder %s is refused', async (_name, make, code) => {
  make();
  await expect(found('addons')).rejects.toMatchObject({ code, exitCode: 2 });
});
