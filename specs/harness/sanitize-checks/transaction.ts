import type pg from 'pg';
import type { ReadOnlySession } from '../../../harness/database/read-only.ts';
import { loadSchema } from '../../../harness/database/schema.ts';

/** A session within an open transaction: it sees what the transaction changed, and the roll-back undoes it. */
export async function sessionWithin(client: pg.Client): Promise<ReadOnlySession> {
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    await client.query('SAVEPOINT statement');
    try {
      const { rows } = await client.query<Row>(text, [...values]);
      await client.query('RELEASE SAVEPOINT statement');
      return rows;
    } catch (error) {
      await client.query('ROLLBACK TO SAVEPOINT statement');
      throw error;
    }
  };
  return { schema: await loadSchema(query), query };
}

/** Runs `work` and undoes everything it did to the database. */
export async function rolledBack<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    return await work();
  } finally {
    await client.query('ROLLBACK');
  }
}
