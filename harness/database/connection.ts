import pg from 'pg';
import { InfrastructureError, messageOf, UsageError } from '../errors.ts';

/** Where a database is and who may open it. */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** Reads `postgresql://user:password@host:port/database`. Throws `UsageError` without repeating the URL: it may hold a password. */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  const next =
    'Give it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE (the password may come from PGPASSWORD instead).';
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new UsageError('database-url', 'The database URL is not a URL.', { next, cause: messageOf(cause) });
  }
  if (!['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new UsageError('database-url', `The database URL has the scheme "${parsed.protocol}", not "postgresql:".`, {
      next,
    });
  }
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw new UsageError('database-url', 'The database URL has a % that escapes nothing.', {
        next: 'Write % as %25, in a password as well.',
      });
    }
  };
  const database = decode(parsed.pathname.slice(1));
  if (database === '') throw new UsageError('database-url', 'The database URL names no database.', { next });
  return {
    host: parsed.hostname || process.env.PGHOST || 'localhost',
    port: Number(parsed.port || process.env.PGPORT || 5432),
    user: decode(parsed.username) || process.env.PGUSER || 'odoo',
    password: decode(parsed.password) || process.env.PGPASSWORD || '',
    database,
  };
}

/**
 * Opens one connection; the caller ends it. `applicationName` shows in `pg_stat_activity`; a statement that has no answer
 * after `queryTimeoutMs` (never, unless told) rejects, also when the server is gone without a word.
 */
export async function connect(
  address: DatabaseAddress,
  applicationName = 'odoo-gate',
  { queryTimeoutMs = 0 }: { queryTimeoutMs?: number } = {},
): Promise<pg.Client> {
  const client = new pg.Client({
    ...address,
    application_name: applicationName,
    connectionTimeoutMillis: 15_000,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
  });
  // Without a listener a server that goes away between two queries would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw connectionError(address, cause);
  }
  return client;
}

function connectionError(address: DatabaseAddress, cause: unknown): Error {
  const where = `${address.host}:${address.port}`;
  const code = (cause as { code?: string }).code;
  if (code === '28P01' || code === '28000') {
    return new UsageError('database-login', `Postgres at ${where} refused the login of user "${address.user}".`, {
      next: 'Check user and password in --database-url (or PGPASSWORD), and pg_hba.conf on the server.',
      cause,
    });
  }
  if (code === '3D000') {
    return new UsageError('database-missing', `There is no database "${address.database}" at ${where}.`, {
      next: `List the databases with psql -h ${address.host} -p ${address.port} -l and correct --database-url.`,
      cause,
    });
  }
  return new InfrastructureError('database-unreachable', `Postgres at ${where} can't be reached: ${messageOf(cause)}`, {
    next: 'Check that the server runs and that host and port are right.',
    cause,
  });
}
