import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ownFilestore, removeLeftRunFolders, removeRunFolder } from '../../../harness/stack/run-folder.ts';
import { newRun, OWNER_LABEL } from '../../../harness/stack/run-identity.ts';

const FILE = `ab/ab${'0'.repeat(38)}`;
let root: string;
let template: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'odoo-gate-run-folder-'));
  vi.stubEnv('ODOO_GATE_CACHE_FOLDER', join(root, 'cache'));
  template = join(root, 'filestore');
  await mkdir(join(template, 'ab'), { recursive: true });
  await writeFile(join(template, FILE), 'the content');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

test("a file that is removed from a run's own filestore stays in the template's", async () => {
  const run = newRun();
  const own = await ownFilestore(run, template);
  expect(await readFile(join(own, FILE), 'utf8')).toBe('the content');
  await unlink(join(own, FILE));
  expect(await readFile(join(template, FILE), 'utf8')).toBe('the content');
  await removeRunFolder(run.id);
  expect(await readdir(join(root, 'cache', 'runs'))).toEqual([]);
});

test('what a killed run left goes at the next clean-up, what a living one uses stays', async () => {
  const [living, killed] = [newRun(), newRun()];
  killed.labels[OWNER_LABEL] = (living.labels[OWNER_LABEL] ?? '').replace(/\d+\.\d+/, '4194304.1');
  const [used, left] = [await ownFilestore(living, template), await ownFilestore(killed, template)];
  await removeLeftRunFolders();
  expect([existsSync(join(used, FILE)), existsSync(left)]).toEqual([true, false]);
  await removeRunFolder(living.id);
});
