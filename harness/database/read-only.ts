import type pg from 'pg';
import { connect, type DatabaseAddress } from './connection.ts';
import { loadSchema, type Schema } from './schema.ts';

/** One moment of a database, open for reading alone. */
export interface ReadOnlySession {
  readonly schema: Schema;
  /** Runs one statement; an error leaves the session usable for the next. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface ReadOnlyOptions {
  /** For one statement, in ms. */
  statementTimeoutMs?: number;
}

/**
 * Opens one READ ONLY, REPEATABLE READ transaction: all queries see the same moment and none can write.
 * Row-level security errors out instead of hiding rows, so a filtered view can't read as a clean one.
 */
export async function withReadOnlySession<T>(
  address: DatabaseAddress,
  work: (session: ReadOnlySession) => Promise<T>,
  { statementTimeoutMs = 60_000 }: ReadOnlyOptions = {},
): Promise<T> {
  const client = await connect(address, 'odoo-gate check');
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(
      `SET LOCAL statement_timeout = ${Math.trunc(statementTimeoutMs)}; SET LOCAL lock_timeout = 2000;
       SET LOCAL search_path = public, pg_catalog; SET LOCAL row_security = off`,
    );
    const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      await client.query('SAVEPOINT statement');
      try {
        const { rows } = await client.query<Row>(text, [...values]);
        await client.query('RELEASE SAVEPOINT statement');
        return rows;
      } catch (error) {
        await client.query('ROLLBACK TO SAVEPOINT statement').catch(() => {});
        throw error;
      }
    };
    return await work({ schema: await loadSchema(query), query });
  } finally {
    // Ending the connection rolls back; COMMIT would be harmless but is never needed.
    await client.end().catch(() => {});
  }
}
