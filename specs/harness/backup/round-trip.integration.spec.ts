import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifiedBackup } from '../../../harness/backup/backup.ts';
import { extractFilestore } from '../../../harness/backup/extract-filestore.ts';
import { inspectBackup } from '../../../harness/backup/inspect.ts';
import { restoreDatabase } from '../../../harness/backup/restore.ts';
import { type TakenBackup, takeBackup } from '../../../harness/backup/take.ts';
import { verifyBackup } from '../../../harness/backup/verify.ts';
import { countsOf, createSmallOdoo, type SmallOdoo } from './small-odoo.ts';
import { useThrowAwayPostgres } from './throw-away-postgres.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const server = useThrowAwayPostgres({ sharedFolder: folder });
let odoo: SmallOdoo;
let taken: Map<TakenBackup['format'], TakenBackup>;

beforeAll(async () => {
  odoo = await createSmallOdoo(server(), folder);
  await server().sql(
    odoo.database,
    `CREATE ROLE left_company; GRANT SELECT ON res_partner TO left_company; ALTER TABLE empty_table OWNER TO left_company`,
  );
  const backups = await takeBackup({
    programs: server().programs,
    database: odoo.database,
    filestore: { kind: 'directory', path: odoo.filestore },
    outDir: join(folder, 'taken'),
    formats: ['zip', 'custom', 'plain'],
  });
  taken = new Map(backups.map((backup) => [backup.format, backup]));
  const dumpAs = (...args: string[]) => server().programs.run('pg_dump', [`--dbname=${odoo.database}`, ...args]);
  await dumpAs('--format=directory', `--file=${join(folder, 'dump-folder')}`);
  await dumpAs('--format=directory', '--compress=none', `--file=${join(folder, 'dump-folder-plain')}`);
  const { path = '' } = taken.get('plain') ?? {};
  await writeFile(join(folder, 'dump.sql'), gunzipSync(await readFile(path)));
  const { stdout: inserts } = await dumpAs('--inserts');
  await writeFile(join(folder, 'inserts.sql'), inserts);
  const { stdout: owned } = await dumpAs();
  await writeFile(join(folder, 'owned.sql'), owned);
  await server().sql(
    odoo.database,
    'REASSIGN OWNED BY left_company TO odoo; DROP OWNED BY left_company; DROP ROLE left_company',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function verified(path: string, filestore?: string): Promise<VerifiedBackup> {
  const backup = await inspectBackup(path, filestore === undefined ? {} : { filestore });
  return verifyBackup(backup, server().programs);
}

function takenAs(format: TakenBackup['format']): TakenBackup {
  const found = taken.get(format);
  if (found === undefined) throw new Error(`no ${format} backup`);
  return found;
}

async function identityOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `${hash.digest('hex')} ${(await stat(path, { bigint: true })).mtimeNs}`;
}

describe('a restored database has the tables and rows of the original', () => {
  const kinds: Record<string, { path: () => string; jobs?: number }> = {
    'Odoo zip': { path: () => takenAs('zip').path },
    'custom, one job': { path: () => takenAs('custom').path },
    'custom, two jobs': { path: () => takenAs('custom').path, jobs: 2 },
    'directory, two jobs': { path: () => join(folder, 'dump-folder'), jobs: 2 },
    'directory, not compressed': { path: () => join(folder, 'dump-folder-plain') },
    'plain, gzip': { path: () => takenAs('plain').path },
    plain: { path: () => join(folder, 'dump.sql') },
    'plain with INSERTs': { path: () => join(folder, 'inserts.sql') },
    'plain with owners and privileges of roles that are not there': { path: () => join(folder, 'owned.sql') },
  };
  it.each(Object.entries(kinds))('%s', async (_title, { path, jobs = 1 }) => {
    const database = server().newName();
    await restoreDatabase(await verified(path()), { programs: server().programs, database, jobs });
    expect(await countsOf(server(), database)).toBe(await countsOf(server(), odoo.database));
    expect(
      await server().sql(database, 'SELECT md5(string_agg(name || comment, id::text ORDER BY id)) FROM res_partner'),
    ).toBe(
      await server().sql(
        odoo.database,
        'SELECT md5(string_agg(name || comment, id::text ORDER BY id)) FROM res_partner',
      ),
    );
  });
});

describe('the unpacked filestore is the original, file by file', () => {
  const packings: Record<string, () => [string, string?]> = {
    'inside the zip': () => [takenAs('zip').path],
    'a tar': () => [takenAs('custom').path, takenAs('custom').filestore ?? ''],
    'the folder of the database': () => [takenAs('custom').path, odoo.filestore],
    'the folder above it': () => [takenAs('custom').path, join(folder, 'filestore')],
  };
  it.each(Object.entries(packings))('%s', async (title, of) => {
    const backup = await verified(...of());
    const target = join(folder, `unpacked ${title}`);
    if (backup.filestore === undefined) throw new Error('no filestore was found');
    await extractFilestore(backup.filestore, target);
    expect(await contentsOf(target)).toEqual(await contentsOf(odoo.filestore));
  });
});

async function contentsOf(path: string): Promise<Record<string, string>> {
  const files = await readdir(path, { recursive: true, withFileTypes: true });
  const kept = files.filter((file) => file.isFile() && !file.parentPath.includes('checklist'));
  const entries = kept.map(async ({ parentPath, name }) => {
    return [name, (await identityOf(join(parentPath, name))).split(' ')[0] ?? ''];
  });
  return Object.fromEntries((await Promise.all(entries)).sort());
}

describe('a backup', () => {
  it('is not changed by inspection, verification and restore', async () => {
    const { path } = takenAs('zip');
    const before = await identityOf(path);
    await restoreDatabase(await verified(path), { programs: server().programs, database: server().newName() });
    expect(await identityOf(path)).toBe(before);
  });

  it('has the digest that sha256sum prints where it is one file', async () => {
    const { path } = takenAs('zip');
    expect((await inspectBackup(path)).digest).toBe(`sha256:${(await identityOf(path)).split(' ')[0]}`);
  });

  it('has another digest with another filestore', async () => {
    const { path } = takenAs('custom');
    const alone = await inspectBackup(path);
    const together = await inspectBackup(path, { filestore: odoo.filestore });
    expect(together.digest).not.toBe(alone.digest);
  });

  it('has one digest wherever the filestore folder begins', async () => {
    const { path } = takenAs('custom');
    const inner = await inspectBackup(path, { filestore: odoo.filestore });
    const outer = await inspectBackup(path, { filestore: join(folder, 'filestore') });
    expect(inner.digest).toBe(outer.digest);
  });

  it('carries the manifest that Odoo would write', async () => {
    expect((await inspectBackup(takenAs('zip').path)).manifest).toEqual({
      odoo_dump: '1',
      db_name: odoo.database,
      version: '19.0',
      version_info: [19, 0, 0, 'final', 0, ''],
      major_version: '19.0',
      pg_version: '17.0',
      modules: { base: '19.0.1.3', web: '19.0.1.0' },
    });
  });

  it('is readable by its owner alone', async () => {
    expect((await stat(takenAs('zip').path)).mode & 0o077).toBe(0);
  });

  it('leaves no unfinished file beside it', async () => {
    expect((await readdir(join(folder, 'taken'))).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

it('an empty database that is there already is filled', async () => {
  const database = server().newName();
  await server().sql('postgres', `CREATE DATABASE ${database}`);
  await restoreDatabase(await verified(takenAs('custom').path), { programs: server().programs, database });
  expect(await countsOf(server(), database)).toBe(await countsOf(server(), odoo.database));
});

it('a restore that is called off leaves no database', async () => {
  const database = server().newName();
  const backup = await verified(takenAs('plain').path);
  const signal = AbortSignal.abort(new Error('called off'));
  await expect(restoreDatabase(backup, { programs: server().programs, database, signal })).rejects.toThrow(
    'called off',
  );
  expect(await server().sql('postgres', `SELECT count(*) FROM pg_database WHERE datname = '${database}'`)).toBe('0');
});

it('a filestore that streams out of a container goes into the zip', async () => {
  const { path: tar } = { path: takenAs('custom').filestore ?? '' };
  await mkdir(join(folder, 'streamed'));
  const [backup] = await takeBackup({
    programs: server().programs,
    database: odoo.database,
    filestore: { kind: 'stream', path: 'the container', open: async () => createReadStream(tar) },
    outDir: join(folder, 'streamed'),
    formats: ['zip'],
  });
  expect((await inspectBackup(backup?.path ?? '')).filestore).toMatchObject({ root: 'filestore', files: 3 });
});
