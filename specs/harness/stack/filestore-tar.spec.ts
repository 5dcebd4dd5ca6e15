import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filestoreTar, unpackFilestoreTar } from '../../../harness/stack/filestore-tar.ts';

const NAME = `ab/ab${'0'.repeat(38)}`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a filestore comes out of its tar as it went in', async () => {
  await mkdir(join(folder, 'in/ab'), { recursive: true });
  await writeFile(join(folder, 'in', NAME), 'content');
  await unpackFilestoreTar(filestoreTar(join(folder, 'in'), 'filestore/odoo'), join(folder, 'out'));
  expect(await readFile(join(folder, 'out', NAME), 'utf8')).toBe('content');
});

test("the empty notes of Odoo's garbage collection do not overwrite the files of the same name", async () => {
  const tar = pack();
  tar.entry({ name: `odoo/${NAME}` }, 'content');
  tar.entry({ name: `odoo/checklist/${NAME}` }, '');
  tar.finalize();
  await unpackFilestoreTar(Readable.from(tar), folder);
  expect(await readFile(join(folder, NAME), 'utf8')).toBe('content');
});

test('a name that is no attachment is left in the tar', async () => {
  const tar = pack();
  tar.entry({ name: '../../evil' }, 'content');
  tar.entry({ name: `odoo/${NAME}` }, 'content');
  tar.finalize();
  await unpackFilestoreTar(Readable.from(tar), join(folder, 'inside'));
  await expect(readFile(join(folder, 'evil'))).rejects.toThrow('ENOENT');
});
