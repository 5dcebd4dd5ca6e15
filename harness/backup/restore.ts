import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { ClientProgramError, type ClientPrograms } from '../database/client-programs.ts';
import { GateError, messageOf, UsageError } from '../errors.ts';
import { type Progress, silentProgress } from '../progress.ts';
import type { Dump, VerifiedBackup } from './backup.ts';
import { changed, corrupt, diskFull, readError } from './backup-errors.ts';
import { openDump } from './open-dump.ts';
import { PlainDumpFilter } from './plain-dump-filter.ts';
import { assertDatabaseName, runSql, serverError } from './server.ts';
import { identityOf, through } from './streams.ts';

export interface RestoreOptions {
  programs: ClientPrograms;
  /** Is created; one that is there already has to be empty. */
  database: string;
  /** How many connections load at once; a plain dump, a packed one or one in a zip takes one. */
  jobs?: number;
  /** Gather the planner's statistics afterwards, instead of leaving that to autovacuum. */
  analyze?: boolean;
  signal?: AbortSignal;
  progress?: Progress;
}

/**
 * Restores the dump into a database of its own. Owners, privileges, tablespaces and subscriptions are left out: the
 * target's user owns everything. Any error, an incomplete dump and one that is not of Odoo throw, and the database is
 * as before: gone, or empty. Throws `UsageError` for the backup and the target, `InfrastructureError` for the server.
 */
export async function restoreDatabase(backup: VerifiedBackup, options: RestoreOptions): Promise<void> {
  const { programs, database, signal, progress = silentProgress } = options;
  assertDatabaseName(database);
  await assertUnchanged(backup);
  const existed = await assertAbsentOrEmpty(programs, database, signal);
  if (!existed) await createDatabase(programs, database);
  try {
    await progress.step(`Restoring the database "${database}"`, () => load(backup.dump, options));
    await assertUnchanged(backup);
    await assertOdooDatabase(programs, database, backup.path, signal);
    if (options.analyze) await runSql(programs, database, 'ANALYZE', signal);
  } catch (error) {
    await clear(programs, database, existed).catch((cause) => {
      progress.note(
        `The half restored database "${database}" could not be removed, drop it yourself: ${messageOf(cause)}`,
      );
    });
    signal?.throwIfAborted();
    throw restoreError(backup, database, error);
  }
}

async function load(dump: Dump, options: RestoreOptions): Promise<void> {
  if (dump.format === 'plain') return loadPlain(dump, options);
  const { programs, database, jobs = 1, signal } = options;
  const args = [
    `--dbname=${database}`,
    ...['--exit-on-error', '--no-owner', '--no-privileges', '--no-tablespaces'],
    ...['--no-publications', '--no-subscriptions', '--no-security-labels'],
  ];
  const io = signal === undefined ? {} : { signal };
  if (dump.packing !== 'none' || (dump.format === 'custom' && jobs === 1)) {
    await programs.run('pg_restore', args, { ...io, stdin: await openDump(dump) });
  } else {
    await programs.expose(dump.path, (path) => programs.run('pg_restore', [...args, `--jobs=${jobs}`, path], io));
  }
}

/**
 * psql ends with 0 at the end of its input, whole or not. What it prints after the dump's last line proves that it got
 * there; and no command of psql (such as \! or \connect) may stand in a dump.
 */
async function loadPlain(dump: Dump, { programs, database, signal }: RestoreOptions): Promise<void> {
  const key = randomBytes(16).toString('hex');
  const guarded = (await knowsRestrict(programs, signal)) ? `\\restrict ${key}\n` : '';
  const content = through(await openDump(dump), new PlainDumpFilter());
  const script = Readable.from(
    (async function* () {
      yield guarded;
      yield* content;
      yield `\nSELECT 'complete ${key}';\n`;
    })(),
    { objectMode: false },
  );
  const { stdout } = await programs.run(
    'psql',
    ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', `--dbname=${database}`],
    signal === undefined ? { stdin: script } : { stdin: script, signal },
  );
  if (!stdout.includes(`complete ${key}`)) throw corrupt(dump.path, 'psql did not get to its end');
}

/** \restrict came with the fixes of August 2025 (CVE-2025-8714). */
async function knowsRestrict(programs: ClientPrograms, signal: AbortSignal | undefined): Promise<boolean> {
  const { stdout } = await programs.run('psql', ['--version'], signal === undefined ? {} : { signal });
  const [, major = 0, minor = 0] = (/ (\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  const since: Record<number, number> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };
  return major >= 18 || minor >= (since[major] ?? Number.POSITIVE_INFINITY);
}

async function assertAbsentOrEmpty(
  programs: ClientPrograms,
  database: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const known = await runSql(programs, 'postgres', `SELECT 1 FROM pg_database WHERE datname = '${database}'`, signal);
  if (known === '') return false;
  const relations = await runSql(
    programs,
    database,
    `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`,
    signal,
  );
  if (relations === '0') return true;
  throw new UsageError('database-not-empty', `The database "${database}" is not empty; nothing was restored into it.`, {
    next: 'Restore under another name, or drop that database yourself if it is not needed.',
  });
}

/** As Odoo creates one (odoo/service/db.py, _create_empty_database). */
async function createDatabase(programs: ClientPrograms, database: string): Promise<void> {
  await runSql(programs, 'postgres', `CREATE DATABASE "${database}" ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0`);
}

async function clear(programs: ClientPrograms, database: string, existed: boolean): Promise<void> {
  await runSql(programs, 'postgres', `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
  if (existed) await createDatabase(programs, database);
}

async function assertOdooDatabase(
  programs: ClientPrograms,
  database: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sql = `SELECT count(*) FROM pg_class WHERE oid = to_regclass('public.ir_module_module')`;
  if ((await runSql(programs, database, sql, signal)) === '1') return;
  throw new UsageError(
    'backup-not-odoo',
    `The backup "${path}" is not of an Odoo database: it has no ir_module_module.`,
    {
      next: 'Give a dump of the database that Odoo runs on (all of it, with schema and data).',
    },
  );
}

/** The digest was taken of what was inspected; nothing else may be restored under it. */
async function assertUnchanged({ path, dump }: VerifiedBackup): Promise<void> {
  const identity = await identityOf(dump.path).catch((error) => {
    throw readError(path, error);
  });
  if (identity !== dump.identity) throw changed(path);
}

function restoreError(backup: VerifiedBackup, database: string, error: unknown): Error {
  if (!(error instanceof ClientProgramError)) return readError(backup.path, error);
  const fromServer = serverError(error);
  if (fromServer instanceof GateError) return fromServer;
  if (/no space left on device|could not (extend|write to) file/i.test(error.stderr)) {
    return diskFull(`the server of database ${database}`, backup.dump.bytes, error);
  }
  return new UsageError('restore-failed', `The backup "${backup.path}" can't be restored: ${error.message}`, {
    next: 'If an extension is missing, use a Postgres image that has it; otherwise take a new backup with pg_dump -Fc.',
    cause: error,
  });
}
