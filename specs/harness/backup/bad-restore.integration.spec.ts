import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractFilestore } from '../../../harness/backup/extract-filestore.ts';
import { inspectBackup } from '../../../harness/backup/inspect.ts';
import { restoreDatabase } from '../../../harness/backup/restore.ts';
import { takeBackup } from '../../../harness/backup/take.ts';
import { verifyBackup } from '../../../harness/backup/verify.ts';
import { GateError } from '../../../harness/errors.ts';
import { silentProgress } from '../../../harness/progress.ts';
import { containerClientPrograms } from '../../../harness/stack/container-client-programs.ts';
import { patched } from './archives.ts';
import { countsOf, createSmallOdoo, PERSON, type SmallOdoo } from './small-odoo.ts';
import { TINY_DISK, useThrowAwayPostgres } from './throw-away-postgres.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const server = useThrowAwayPostgres({ sharedFolder: folder });
let odoo: SmallOdoo;
/** The same database, as each kind of dump. */
let dumps: { plain: Buffer; custom: Buffer; uncompressed: Buffer };

beforeAll(async () => {
  odoo = await createSmallOdoo(server(), folder);
  const dumped = async (name: string, ...args: string[]) => {
    await server().programs.run('pg_dump', [`--dbname=${odoo.database}`, ...args, `--file=${join(folder, name)}`]);
    return readFile(join(folder, name));
  };
  dumps = {
    plain: await dumped('plain'),
    custom: await dumped('custom', '--format=custom'),
    uncompressed: await dumped('uncompressed', '--format=custom', '--compress=none'),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let number = 0;
async function file(content: Buffer | string): Promise<string> {
  number += 1;
  const path = join(folder, `bad-${number}`);
  await writeFile(path, content);
  return path;
}

async function restore(
  path: string,
  {
    database = server().newName(),
    programs = server().programs,
    ...more
  }: Partial<Parameters<typeof restoreDatabase>[1]> = {},
): Promise<void> {
  const backup = await verifyBackup(await inspectBackup(path), programs);
  await restoreDatabase(backup, { programs, database, ...more });
}

/** All that the server and its container hold beside the source: has to be the same after a failure. */
async function traces(): Promise<string> {
  const listed = 'SELECT string_agg(datname, chr(10) ORDER BY 1) FROM pg_database';
  const { stdout } = await server().programs.run('psql', [
    '-X',
    '-At',
    '--dbname=postgres',
    '-c',
    listed,
    '-c',
    '\\! ls /tmp',
  ]);
  return stdout;
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('is refused before or during the restore, and leaves nothing behind', () => {
  const bad: Record<string, [code: string, make: () => Promise<string>]> = {
    'a custom dump that was cut off': ['backup-corrupt', () => file(dumps.custom.subarray(0, -500))],
    'a custom dump that was cut off after its list': ['backup-corrupt', () => file(dumps.custom.subarray(0, 9_000))],
    'a custom dump in gzip that was cut off before': [
      'backup-corrupt',
      () => file(gzipSync(dumps.custom.subarray(0, -500))),
    ],
    'a custom dump with damaged data': [
      'backup-corrupt',
      async () => {
        const bytes = Buffer.from(dumps.custom);
        bytes.fill(0xff, bytes.length - 4_000, bytes.length - 3_000);
        return file(bytes);
      },
    ],
    'a custom dump of a newer Postgres': ['dump-newer-postgres', () => file(patched(dumps.custom, '17.', '99.'))],
    'a plain dump of a newer Postgres': [
      'dump-newer-postgres',
      () => file(patched(dumps.plain, 'database version 17', 'database version 99')),
    ],
    'a plain dump with a row that is not what its table wants': [
      'restore-failed',
      () => file(patched(dumps.plain, `7\t${PERSON} 7`, `x\t${PERSON} 7`)),
    ],
    'a plain dump that ends in the middle and says that it is complete': [
      'restore-failed',
      async () => {
        const text = dumps.plain.toString();
        return file(
          `${text.slice(0, text.indexOf(`\n9\t${PERSON}`))}${text.slice(text.indexOf('\n--\n-- PostgreSQL database dump complete'))}`,
        );
      },
    ],
    'a plain dump that leaves psql early': ['restore-failed', () => file(withCommand('\\q'))],
    'a plain dump that wants a shell': ['restore-failed', () => file(withCommand('\\! touch /tmp/planted'))],
    'a custom dump with a row that is not what its table wants': [
      'restore-failed',
      () => file(patched(dumps.uncompressed, `7\t${PERSON} 7`, `x\t${PERSON} 7`)),
    ],
    'a database without Odoo': [
      'backup-not-odoo',
      async () => {
        const database = server().newName();
        await server().sql('postgres', `CREATE DATABASE ${database}`);
        await server().sql(database, 'CREATE TABLE accounts (id int)');
        const path = join(folder, database);
        await server().programs.run('pg_dump', [`--dbname=${database}`, '--format=custom', `--file=${path}`]);
        await server().sql('postgres', `DROP DATABASE ${database}`);
        return path;
      },
    ],
  };

  it.each(Object.entries(bad))('%s', async (_title, [code, make]) => {
    const path = await make();
    const before = await traces();
    const contentBefore = await identityOf(path);
    const error = await thrownBy(restore(path));
    expect(error).toMatchObject({ code });
    expect(error).toBeInstanceOf(GateError);
    expect(await traces()).toBe(before);
    expect(await identityOf(path)).toBe(contentBefore);
  });

  it.each(['custom', 'plain'] as const)('a failing row of a %s dump, never showing what is in it', async (kind) => {
    const source = kind === 'plain' ? dumps.plain : dumps.uncompressed;
    const path = await file(patched(source, `7\t${PERSON} 7`, `x\t${PERSON} 7`));
    expect(everythingIn(await thrownBy(restore(path, { jobs: 2 })))).not.toContain(PERSON);
  });

  it('a directory dump of which a table was cut off at the end of a line', async () => {
    const path = join(folder, 'cut-directory');
    await server().programs.run('pg_dump', [
      ...[`--dbname=${odoo.database}`, '--format=directory', '--compress=none', `--file=${path}`],
    ]);
    for (const name of await readdir(path)) {
      const content = await readFile(join(path, name));
      const end = content.indexOf(`\n9\t${PERSON}`);
      if (end !== -1) await writeFile(join(path, name), content.subarray(0, end + 1));
    }
    await expect(restore(path)).rejects.toMatchObject({ code: 'backup-corrupt' });
  });

  it('a directory dump of which a table is missing', async () => {
    const path = join(folder, 'holed-directory');
    await server().programs.run('pg_dump', [`--dbname=${odoo.database}`, '--format=directory', `--file=${path}`]);
    const [table = ''] = (await readdir(path)).filter((name) => name.endsWith('.dat.gz'));
    await rm(join(path, table));
    await expect(restore(path)).rejects.toMatchObject({ code: 'backup-corrupt' });
  });

  function withCommand(command: string): string {
    const text = dumps.plain.toString();
    return text.replace('\nCREATE TABLE public.res_partner', `\n${command}\nCREATE TABLE public.res_partner`);
  }
});

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), everythingIn(error.cause)].join('\n');
}

async function identityOf(path: string): Promise<string> {
  const { mtimeNs } = await stat(path, { bigint: true });
  return `${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')} ${mtimeNs}`;
}

describe('the target', () => {
  it('that is not empty stays as it is', async () => {
    const database = server().newName();
    await server().sql('postgres', `CREATE DATABASE ${database}`);
    await server().sql(database, 'CREATE TABLE kept AS SELECT 1 AS id');
    await expect(restore(join(folder, 'custom'), { database })).rejects.toMatchObject({ code: 'database-not-empty' });
    expect(await countsOf(server(), database)).toBe('kept|1');
  });

  it('that was empty is empty again after a failure', async () => {
    const database = server().newName();
    await server().sql('postgres', `CREATE DATABASE ${database}`);
    const path = await file(patched(dumps.plain, `7\t${PERSON} 7`, `x\t${PERSON} 7`));
    await expect(restore(path, { database })).rejects.toMatchObject({ code: 'restore-failed' });
    expect(await countsOf(server(), database)).toBe('');
  });

  it.each(['x"; DROP DATABASE postgres; --', "x' OR true", 'dbname=postgres', '', '../x'])(
    'must not have the name %j',
    async (database) => {
      await expect(restore(join(folder, 'custom'), { database })).rejects.toMatchObject({ code: 'database-name' });
    },
  );

  it('whose user may not create databases is told so', async () => {
    await server().sql('postgres', 'CREATE ROLE clerk LOGIN');
    const programs = containerClientPrograms(server().container, { user: 'clerk' });
    await expect(restore(join(folder, 'custom'), { programs })).rejects.toMatchObject({ code: 'database-permission' });
  });

  it('whose disk is full gets its database dropped', async () => {
    const { programs: root } = server();
    await root.run('psql', ['-X', '--dbname=postgres', '-c', `\\! chown postgres ${TINY_DISK}`]);
    await server().sql('postgres', `CREATE TABLESPACE tiny LOCATION '${TINY_DISK}'`);
    await server().sql(
      'postgres',
      "CREATE ROLE cramped SUPERUSER LOGIN; ALTER ROLE cramped SET default_tablespace = 'tiny'",
    );
    const programs = containerClientPrograms(server().container, { user: 'cramped' });
    const before = await traces();
    await expect(restore(join(folder, 'custom'), { programs })).rejects.toMatchObject({
      code: 'disk-full',
      exitCode: 3,
      message: expect.stringMatching(/\d+ bytes are needed/),
    });
    expect(await traces()).toBe(before);
  });
});

it('a backup that changes between inspection and restore is not restored', async () => {
  const path = await file(dumps.custom);
  const backup = await verifyBackup(await inspectBackup(path), server().programs);
  const before = await traces();
  await writeFile(path, dumps.plain);
  const restored = restoreDatabase(backup, { programs: server().programs, database: server().newName() });
  await expect(restored).rejects.toMatchObject({ code: 'backup-changed' });
  expect(await traces()).toBe(before);
});

it('a restore that is called off midway leaves nothing behind', async () => {
  const abort = new AbortController();
  const before = await traces();
  const progress: typeof silentProgress = {
    ...silentProgress,
    step: (title, work) => {
      if (title.startsWith('Restoring')) abort.abort(new Error('called off'));
      return work(() => {});
    },
  };
  await expect(restore(join(folder, 'plain'), { progress, signal: abort.signal })).rejects.toThrow('called off');
  expect(await traces()).toBe(before);
});

describe('a filestore', () => {
  async function inspected() {
    const { filestore } = await inspectBackup(join(folder, 'custom'), { filestore: odoo.filestore });
    if (filestore === undefined) throw new Error('no filestore was found');
    return filestore;
  }

  it('is not unpacked into a folder in use', async () => {
    const target = join(folder, 'in-use');
    await rm(target, { recursive: true, force: true });
    await writeFile(await mkdtemp(`${target}-`).then((path) => join(path, 'kept')), 'x');
    const [name = ''] = (await readdir(folder)).filter((each) => each.startsWith('in-use-'));
    await expect(extractFilestore(await inspected(), join(folder, name))).rejects.toMatchObject({
      code: 'folder-not-empty',
    });
  });

  it('that changed since it was inspected is not left half unpacked', async () => {
    const filestore = await inspected();
    const target = join(folder, 'changed', 'deep');
    const lied = { ...filestore, files: filestore.files + 1 };
    await expect(extractFilestore(lied, target)).rejects.toMatchObject({ code: 'backup-corrupt' });
    expect(await readdir(folder)).not.toContain('changed');
  });

  it('that is larger than the disk is not begun', async () => {
    const filestore = { ...(await inspected()), bytes: Number.MAX_SAFE_INTEGER };
    const target = join(folder, 'too-large');
    await expect(extractFilestore(filestore, target)).rejects.toMatchObject({ code: 'disk-full', exitCode: 3 });
    expect(await readdir(folder)).not.toContain('too-large');
  });
});

describe('taking a backup', () => {
  function take(options: Partial<Parameters<typeof takeBackup>[0]>) {
    return takeBackup({
      programs: server().programs,
      database: odoo.database,
      outDir: join(folder, 'out'),
      formats: ['zip', 'custom', 'plain'],
      ...options,
    });
  }
  // Rows that a user may not see make pg_dump fail at that table, after it has written others.
  beforeAll(async () => {
    await server().sql(
      odoo.database,
      `CREATE ROLE half_blind LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO half_blind;
       GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO half_blind; ALTER TABLE res_partner ENABLE ROW LEVEL SECURITY`,
    );
  });
  async function leftovers(): Promise<string[]> {
    return readdir(join(folder, 'out')).catch(() => []);
  }

  it('of a database without Odoo is refused', async () => {
    await expect(take({ database: 'postgres' })).rejects.toMatchObject({ code: 'database-not-odoo' });
  });

  it.each(['zip', 'custom', 'plain'] as const)(
    'as %s with the wrong folder as filestore leaves no file',
    async (format) => {
      const outside = await mkdtemp(join(folder, 'wrong-'));
      const filestore = { kind: 'directory' as const, path: outside };
      await expect(take({ formats: [format], filestore })).rejects.toMatchObject({ code: 'filestore-empty' });
      expect(await leftovers()).toEqual([]);
    },
  );

  it.each(['zip', 'custom', 'plain'] as const)('as %s whose pg_dump fails midway leaves no file', async (format) => {
    const programs = containerClientPrograms(server().container, { user: 'half_blind' });
    await expect(take({ programs, formats: [format] })).rejects.toMatchObject({ code: 'dump-failed', exitCode: 3 });
    expect(await leftovers()).toEqual([]);
  });

  it('never writes over a backup that is there', async () => {
    await take({ name: 'twice', formats: ['custom'] });
    const before = await identityOf(join(folder, 'out', 'twice.dump'));
    await expect(take({ name: 'twice', formats: ['custom'] })).rejects.toMatchObject({ code: 'backup-exists' });
    expect(await identityOf(join(folder, 'out', 'twice.dump'))).toBe(before);
    await rm(join(folder, 'out'), { recursive: true });
  });
});
