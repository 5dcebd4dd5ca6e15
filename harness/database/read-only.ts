import type pg from 'pg';
import { InfrastructureError, UsageError } from '../errors.ts';
import { connect, type DatabaseAddress } from './connection.ts';
import { loadSchema, type Schema } from './schema.ts';

/** One moment of a database, open for reading alone. */
export interface ReadOnlySession {
  readonly schema: Schema;
  /** For another session that is to see the same moment, as long as this one is open. A standby has none. */
  readonly snapshot?: string;
  /** Runs one statement; an error leaves the session usable for the next. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface ReadOnlyOptions {
  /** For one statement, in ms. */
  statementTimeoutMs?: number;
  /** How long after that a server that has not ended the statement by itself counts as gone, in ms. */
  silenceMs?: number;
  /** The moment that another open transaction exported; without it, now. */
  snapshot?: string;
}

/**
 * After so many statements the locks of their tables are given back: those of thousands would fill the server's one table
 * of locks, and its users would get errors.
 */
const STATEMENTS_A_LOCK = 100;

/**
 * Opens one READ ONLY, REPEATABLE READ transaction: all queries see the same moment and none can write.
 * Row-level security errors out instead of hiding rows, so a filtered view can't read as a clean one.
 * Throws `UsageError('database-schema')` where the role does not see schema `public` first: Odoo may then use other tables;
 * `InfrastructureError('database-catalog')` where the catalog can't be read.
 */
export async function withReadOnlySession<T>(
  address: DatabaseAddress,
  work: (session: ReadOnlySession) => Promise<T>,
  { statementTimeoutMs = 60_000, silenceMs = 10_000, snapshot }: ReadOnlyOptions = {},
): Promise<T> {
  const client = await connect(address, 'odoo-gate check', { queryTimeoutMs: statementTimeoutMs + silenceMs });
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    if (snapshot !== undefined) await client.query(`SET TRANSACTION SNAPSHOT ${client.escapeLiteral(snapshot)}`);
    await client.query(
      `SET LOCAL statement_timeout = ${Math.trunc(statementTimeoutMs)}; SET LOCAL lock_timeout = 2000;
       SET LOCAL row_security = off`,
    );
    await assertPublicSchema(client, address);
    // With pg_catalog behind it, functions of the database's own would take the place of Postgres'.
    await client.query('SET LOCAL search_path = public');
    const exported = await exportSnapshot(client);
    await client.query('SAVEPOINT statement');
    const undo = () => client.query('ROLLBACK TO SAVEPOINT statement').catch(() => {});
    let answered = 0;
    const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      try {
        const { rows } = await client.query<Row>(text, [...values]);
        answered += 1;
        if (answered % STATEMENTS_A_LOCK === 0) await undo();
        return rows;
      } catch (error) {
        // An error without SQLSTATE is not the server's: what comes after it would only wait.
        if ((error as { code?: string }).code === undefined) void client.end().catch(() => {});
        else await undo();
        throw error;
      }
    };
    const schema = await loadSchema(query).catch(catalogUnreadable(address));
    return await work({ schema, query, ...(exported === undefined ? {} : { snapshot: exported }) });
  } finally {
    // Ending the connection rolls back; COMMIT would be harmless but is never needed.
    await client.end().catch(() => {});
  }
}

async function exportSnapshot(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ snapshot: string | null }>(
    'SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_export_snapshot() END AS snapshot',
  );
  return rows[0]?.snapshot ?? undefined;
}

function catalogUnreadable({ database }: DatabaseAddress): (error: unknown) => never {
  return (cause) => {
    const { code } = cause as { code?: string };
    throw new InfrastructureError(
      'database-catalog',
      `The catalog of database "${database}" could not be read: ${code === undefined ? 'the connection was lost' : `SQLSTATE ${code}`}.`,
      { next: 'Try again when the server is less busy and nobody changes its tables.', cause },
    );
  };
}

async function assertPublicSchema(client: pg.Client, { user, database }: DatabaseAddress): Promise<void> {
  const { rows } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
  if (rows[0]?.schema === 'public') return;
  throw new UsageError(
    'database-schema',
    `User "${user}" sees another schema than public first in database "${database}": it may not see the tables that Odoo uses.`,
    {
      next: "Give the role that Odoo itself uses, or set this role's search_path to public; Odoo in another schema is not supported.",
    },
  );
}
