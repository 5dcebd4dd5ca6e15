import type pg from 'pg';
import { connect, type DatabaseAddress } from './connection.ts';

/** A transaction that may write, and whose end is always its roll-back. */
export interface RolledBackSession {
  /** The moment before anything was written, for `withReadOnlySession` beside it. */
  readonly snapshot: string;
  /** Runs exactly one statement; the server refuses a text of several. An error undoes it alone. */
  run(text: string): Promise<void>;
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Gives `work` a transaction that sees one moment, and rolls it back however `work` ends. Waits 2 s for a lock at most; a
 * server that hears nothing from us for half a minute ends it by itself. A sequence that was asked for a value has moved on:
 * that is all a roll-back leaves.
 */
export async function withRolledBackSession<T>(
  address: DatabaseAddress,
  work: (session: RolledBackSession) => Promise<T>,
): Promise<T> {
  const client = await connect(address, 'odoo-gate check', { queryTimeoutMs: STATEMENT_TIMEOUT_MS + 10_000 });
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ WRITE');
    await client.query(
      `SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET LOCAL lock_timeout = 2000;
       SET LOCAL idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT_MS};
       SET LOCAL search_path = public; SET LOCAL row_security = off`,
    );
    const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
    const alone = async <Row extends pg.QueryResultRow>(query: pg.QueryConfig) => {
      await client.query('SAVEPOINT statement');
      try {
        const result = await client.query<Row>(query);
        await client.query('RELEASE SAVEPOINT statement');
        return result.rows;
      } catch (error) {
        // An error without SQLSTATE is not the server's: what comes after it would only wait.
        if ((error as { code?: string }).code === undefined) void client.end().catch(() => {});
        else await client.query('ROLLBACK TO SAVEPOINT statement');
        throw error;
      }
    };
    return await work({
      snapshot: rows[0]?.snapshot ?? '',
      run: async (text) => {
        // The simple protocol would take "UPDATE …; COMMIT" for two statements and run both.
        const single: pg.QueryConfig & { queryMode: 'extended' } = { text, queryMode: 'extended' };
        await alone(single);
      },
      query: (text, values = []) => alone({ text, values: [...values] }),
    });
  } finally {
    await client.query('ROLLBACK').catch(() => {});
    await client.end().catch(() => {});
  }
}
