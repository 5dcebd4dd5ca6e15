import { ClientProgramError, type ClientPrograms } from '../database/client-programs.ts';
import { InfrastructureError, UsageError } from '../errors.ts';

/** Odoo's own rule for names of databases (odoo/service/db.py, DBNAME_PATTERN). */
const DATABASE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Throws `UsageError` for a name that Odoo or Postgres would not take, or that would have to be escaped. */
export function assertDatabaseName(name: string): void {
  if (DATABASE_NAME.test(name) && name.length <= 63) return;
  throw new UsageError('database-name', 'The name of the database is not one that Odoo accepts.', {
    next: 'Use letters, digits, "_", "." and "-", beginning with a letter or digit, at most 63.',
  });
}

/** Runs SQL through psql and returns what it printed, unaligned, without header. */
export async function runSql(
  programs: ClientPrograms,
  database: string,
  sql: string,
  signal?: AbortSignal,
): Promise<string> {
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', `--dbname=${database}`, `--command=${sql}`];
  try {
    const { stdout } = await programs.run('psql', args, signal === undefined ? {} : { signal });
    return stdout.trim();
  } catch (error) {
    throw serverError(error);
  }
}

/** Tells the server's own troubles from those of what was sent to it; other errors pass through. */
export function serverError(error: unknown): unknown {
  if (!(error instanceof ClientProgramError)) return error;
  if (/password authentication failed|no password supplied|FATAL: .*role .* does not exist/.test(error.stderr)) {
    return new UsageError('database-login', `Postgres refused the login: ${error.message}`, {
      next: 'Check user and password of the database.',
      cause: error,
    });
  }
  if (/FATAL: .*database .* does not exist/.test(error.stderr)) {
    return new UsageError('database-missing', `There is no such database: ${error.message}`, {
      next: 'List the databases with psql -l and correct the name.',
      cause: error,
    });
  }
  if (/permission denied/.test(error.stderr)) {
    return new UsageError('database-permission', `The database user may not do this: ${error.message}`, {
      next: 'Give the user CREATEDB and ownership of the database, or use one that has them.',
      cause: error,
    });
  }
  if (
    /connection to server .*failed|server closed the connection|terminating connection|recovery mode/.test(error.stderr)
  ) {
    return new InfrastructureError('database-unreachable', `The Postgres server can't be reached: ${error.message}`, {
      next: "Check that it runs, look into its log, then start again: nothing of this run's was kept.",
      cause: error,
    });
  }
  return error;
}

/** The major version of the server that the programs talk to. */
export async function serverMajor(programs: ClientPrograms, signal?: AbortSignal): Promise<number> {
  return Math.floor(Number(await runSql(programs, 'postgres', 'SHOW server_version_num', signal)) / 10_000);
}
