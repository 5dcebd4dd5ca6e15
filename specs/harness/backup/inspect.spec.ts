import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectBackup } from '../../../harness/backup/inspect.ts';
import { UsageError } from '../../../harness/errors.ts';
import { plainDump, writePatched, writeTar, writeZip } from './archives.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

let number = 0;
function newPath(suffix = ''): string {
  number += 1;
  return join(folder, `${number}${suffix}`);
}

async function file(content: string | Buffer): Promise<string> {
  const path = newPath();
  await writeFile(path, content);
  return path;
}

async function newFolder(files: Record<string, string>): Promise<string> {
  const path = newPath();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

function attachment(content: string): string {
  const sha1 = createHash('sha1').update(content).digest('hex');
  return `${sha1.slice(0, 2)}/${sha1}`;
}

const MANIFEST = JSON.stringify({
  odoo_dump: '1',
  db_name: 'production',
  version: '19.0',
  version_info: [19, 0, 0, 'final', 0, ''],
  major_version: '19.0',
  pg_version: '17.0',
  modules: { base: '19.0.1.3' },
});

describe('tells what a backup is by its content, whatever its name', () => {
  it('a plain dump', async () => {
    const { dump } = await inspectBackup(await file(plainDump()));
    expect(dump).toMatchObject({ format: 'plain', packing: 'none', postgresMajor: 17 });
  });

  it('a plain dump without the guard of newer pg_dumps', async () => {
    const older = plainDump().replaceAll(/^\\(un)?restrict .*\n/gm, '');
    expect((await inspectBackup(await file(older))).dump.format).toBe('plain');
  });

  it('a plain dump in gzip', async () => {
    const { dump } = await inspectBackup(await file(gzipSync(plainDump())));
    expect(dump).toMatchObject({ format: 'plain', packing: 'gzip' });
  });

  it("Odoo's zip", async () => {
    const path = await writeZip(newPath(), {
      'dump.sql': plainDump(),
      'manifest.json': MANIFEST,
      [`filestore/${attachment('one')}`]: 'one',
      'filestore/checklist/ab/abcd': '',
    });
    expect(await inspectBackup(path)).toMatchObject({
      dump: { format: 'plain', packing: 'zip', entry: 'dump.sql' },
      filestore: { kind: 'zip', root: 'filestore', files: 1, bytes: 3 },
      manifest: { major_version: '19.0', modules: { base: '19.0.1.3' } },
    });
  });

  it('a zip whose filestore lies in a folder of the database', async () => {
    const path = await writeZip(newPath(), { 'dump.sql': plainDump(), [`filestore/prod/${attachment('one')}`]: 'one' });
    expect((await inspectBackup(path)).filestore?.root).toBe('filestore/prod');
  });

  it('a filestore in a tar made of "."', async () => {
    const filestore = await writeTar(newPath(), [{ name: `./filestore/prod/${attachment('one')}`, text: 'one' }]);
    expect((await inspectBackup(await file(plainDump()), { filestore })).filestore).toMatchObject({
      kind: 'tar',
      root: 'filestore/prod',
      files: 1,
    });
  });

  it('a filestore in a tar in gzip', async () => {
    const tar = await writeTar(newPath(), [{ name: attachment('one'), text: 'one' }]);
    const filestore = await file(gzipSync(await readFile(tar)));
    expect((await inspectBackup(await file(plainDump()), { filestore })).filestore?.files).toBe(1);
  });

  it('the newest Postgres that had a part in it, server or pg_dump', async () => {
    const dump = plainDump().replace('by pg_dump version 17.11', 'by pg_dump version 18.1');
    expect((await inspectBackup(await file(dump))).dump.postgresMajor).toBe(18);
  });
});

describe('refuses, saying why', () => {
  const zip = (files: Parameters<typeof writeZip>[1]) => writeZip(newPath(), files);
  const patchedZip = async (files: Parameters<typeof writeZip>[1], from: string, to: string) =>
    writePatched(newPath(), await readFile(await zip(files)), from, to);
  const withFilestore = async (filestore: string) => ({ path: await file(plainDump()), filestore });

  const refused: Record<string, [code: string, make: () => Promise<string | { path: string; filestore: string }>]> = {
    'a path where nothing is': ['backup-missing', async () => join(folder, 'nothing')],
    'a filestore where nothing is': ['backup-missing', () => withFilestore(join(folder, 'nothing'))],
    'an empty file': ['backup-corrupt', () => file('')],
    'random bytes': ['backup-unknown-format', () => file(createHash('sha512').update('x').digest())],
    'a text that is no dump': ['backup-unknown-format', () => file('Dear all,\nplease find attached\n')],
    'a dump of a whole server': [
      'backup-unknown-format',
      () => file('--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE odoo;\n'),
    ],
    'a dump that would make its own database': [
      'backup-unknown-format',
      () => file(plainDump({ body: 'CREATE DATABASE production;\n\\connect production\n' })),
    ],
    'a tar as the dump': ['backup-unknown-format', () => writeTar(newPath(), [{ name: 'toc.dat', text: 'x' }])],
    'a folder that is no dump': ['backup-unknown-format', () => newFolder({ 'readme.txt': 'x' })],
    'a plain dump that was cut off': ['backup-corrupt', () => file(plainDump().slice(0, -70))],
    'a plain dump that was cut off within its last line but one': [
      'backup-corrupt',
      async () => file(`${plainDump().split('complete')[0]}`),
    ],
    'two plain dumps in one file, the second cut off': [
      'backup-corrupt',
      () => file(plainDump() + plainDump().slice(0, 150)),
    ],
    'a gzip that was cut off': [
      'backup-corrupt',
      () => file(gzipSync(plainDump({ body: randomText(50_000) })).subarray(0, -20)),
    ],
    'a gzip with a wrong checksum': [
      'backup-corrupt',
      async () => {
        const packed = gzipSync(plainDump());
        packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 0xff;
        return file(packed);
      },
    ],
    'an empty gzip': ['backup-corrupt', () => file(gzipSync(''))],
    'a custom dump of which only the first bytes are there': ['backup-corrupt', () => file('PGDMP\x01\x10')],
    'a zip that was cut off': [
      'backup-corrupt',
      async () => file((await readFile(await zip({ 'dump.sql': plainDump() }))).subarray(0, -30)),
    ],
    'a zip without dump': ['backup-without-dump', () => zip({ 'manifest.json': MANIFEST })],
    'a zip with two dumps': ['backup-corrupt', () => zip({ 'dump.sql': plainDump(), 'dump.dump': plainDump() })],
    'a zip whose dump does not match its checksum': [
      'backup-corrupt',
      () => patchedZip({ 'dump.sql': plainDump() }, 'SELECT 1;', 'SELECT 2;'),
    ],
    'a zip whose manifest is not JSON': [
      'backup-corrupt',
      () => zip({ 'dump.sql': plainDump(), 'manifest.json': '{' }),
    ],
    "a zip whose manifest is not Odoo's": [
      'backup-corrupt',
      () => zip({ 'dump.sql': plainDump(), 'manifest.json': '{"version": 19}' }),
    ],
    'a zip with a path that leads outside': [
      'backup-unsafe-path',
      () => patchedZip({ 'dump.sql': plainDump(), 'xx/evil': 'x' }, 'xx/evil', '../evil'),
    ],
    'a zip with an absolute path': [
      'backup-unsafe-path',
      () => patchedZip({ 'dump.sql': plainDump(), 'x/evil': 'x' }, 'x/evil', '//evil'),
    ],
    'a zip with a link': [
      'backup-unsafe-path',
      () => zip({ 'dump.sql': plainDump(), 'filestore/link': { text: '/etc/passwd', mode: 0o120777 } }),
    ],
    'a zip and a filestore besides': [
      'filestore-twice',
      async () => ({
        path: await zip({ 'dump.sql': plainDump(), [`filestore/${attachment('one')}`]: 'one' }),
        filestore: await newFolder({ [attachment('one')]: 'one' }),
      }),
    ],
    'a file in the zip that is not what its name says': [
      'backup-corrupt',
      () => zip({ 'dump.sql': plainDump(), [`filestore/${attachment('one')}`]: 'two' }),
    ],
    'a file in the folder that is not what its name says': [
      'backup-corrupt',
      async () => withFilestore(await newFolder({ [attachment('one')]: 'two' })),
    ],
    'a file in the tar that is not what its name says': [
      'backup-corrupt',
      async () => withFilestore(await writeTar(newPath(), [{ name: attachment('one'), text: 'two' }])),
    ],
    'a folder without a filestore': ['filestore-empty', async () => withFilestore(await newFolder({ 'a.txt': 'x' }))],
    'a folder with the filestores of two databases': [
      'filestore-ambiguous',
      async () =>
        withFilestore(await newFolder({ [`a/${attachment('one')}`]: 'one', [`b/${attachment('two')}`]: 'two' })),
    ],
    'a filestore folder with a link': [
      'backup-unsafe-path',
      async () => {
        const path = await newFolder({ [attachment('one')]: 'one' });
        await symlink('/etc/passwd', join(path, 'link'));
        return withFilestore(path);
      },
    ],
    'a tar with an absolute path': [
      'backup-unsafe-path',
      async () => withFilestore(await writeTar(newPath(), [{ name: `/${attachment('one')}`, text: 'one' }])),
    ],
    'a tar with a path that leads outside': [
      'backup-unsafe-path',
      async () => withFilestore(await writeTar(newPath(), [{ name: `../${attachment('one')}`, text: 'one' }])),
    ],
    'a tar with a link': [
      'backup-unsafe-path',
      async () =>
        withFilestore(await writeTar(newPath(), [{ name: 'ab/x', type: 'symlink', linkname: '/etc/passwd' }])),
    ],
    'a tar that was cut off within a file': [
      'backup-corrupt',
      async () => withFilestore(await file((await tarOf('one', 'two')).subarray(0, 700))),
    ],
    'a tar that was cut off between two files': [
      'backup-corrupt',
      async () => withFilestore(await file((await tarOf('one', 'two')).subarray(0, 1024))),
    ],
  };

  it.each(Object.entries(refused))('%s', async (_title, [code, make]) => {
    const made = await make();
    const { path, filestore } = typeof made === 'string' ? { path: made, filestore: undefined } : made;
    const inspected = inspectBackup(path, filestore === undefined ? {} : { filestore });
    const error = await inspected.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, exitCode: 2, next: expect.stringMatching(/^[A-Z].*[.)"]$|chmod/) });
  });

  it('a file that this user may not read', async () => {
    const path = await file(plainDump());
    await chmod(path, 0);
    await expect(asUnprivileged(() => inspectBackup(path))).rejects.toMatchObject({ code: 'backup-unreadable' });
  });

  async function tarOf(...contents: string[]): Promise<Buffer> {
    return readFile(
      await writeTar(
        newPath(),
        contents.map((text) => ({ name: attachment(text), text })),
      ),
    );
  }
});

function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += createHash('sha256').update(String(text.length)).digest('hex');
  return `-- ${text}`;
}

/** Root may read everything; the spec has to mean the same for it. */
async function asUnprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  await chmod(folder, 0o755);
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

it('is called off by its signal', async () => {
  const path = await file(plainDump());
  const signal = AbortSignal.abort(new Error('called off'));
  await expect(inspectBackup(path, { signal })).rejects.toThrow('called off');
});

it('gives a folder one digest, in whatever order its files were made', async () => {
  const one = await newFolder({ [attachment('one')]: 'one', [attachment('two')]: 'two' });
  const other = await newFolder({ [attachment('two')]: 'two', [attachment('one')]: 'one' });
  const path = await file(plainDump());
  const digests = await Promise.all(
    [one, other].map(async (filestore) => (await inspectBackup(path, { filestore })).digest),
  );
  expect(digests[0]).toBe(digests[1]);
});
