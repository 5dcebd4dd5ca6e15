import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOfBackup } from '../../../harness/backup/digest.ts';

const NAME = `ab/ab${'0'.repeat(38)}`;
let folder: string;
let dump: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
  dump = join(folder, 'dump.sql');
  await writeFile(dump, 'SELECT 1;');
  await mkdir(join(folder, 'filestore/ab'), { recursive: true });
  await writeFile(join(folder, 'filestore', NAME), 'content');
});
afterEach(() => rm(folder, { recursive: true }));

test('the digest of one file is its SHA-256, as sha256sum prints it', async () => {
  expect(await digestOfBackup(dump)).toBe('sha256:17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a');
});

test('a filestore beside the dump is part of the digest', async () => {
  expect(await digestOfBackup(dump, { filestore: join(folder, 'filestore') })).not.toBe(await digestOfBackup(dump));
});

test('the same filestore at another place gives the same digest', async () => {
  await cp(join(folder, 'filestore'), join(folder, 'moved/prod'), { recursive: true });
  const [here, there] = await Promise.all(
    ['filestore', 'moved'].map((name) => digestOfBackup(dump, { filestore: join(folder, name) })),
  );
  expect(there).toBe(here);
});

test('one changed byte of one attachment changes the digest', async () => {
  const before = await digestOfBackup(dump, { filestore: join(folder, 'filestore') });
  await writeFile(join(folder, 'filestore', NAME), 'Content');
  expect(await digestOfBackup(dump, { filestore: join(folder, 'filestore') })).not.toBe(before);
});

test('what is not there is a usage error', async () => {
  await expect(digestOfBackup(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'backup-missing', exitCode: 2 });
});
