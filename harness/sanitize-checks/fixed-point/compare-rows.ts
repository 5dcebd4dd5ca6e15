import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import type { ReadOnlySession } from '../../database/read-only.ts';
import type { RolledBackSession } from '../../database/rolled-back.ts';
import type { Column, WrittenTable } from './written-tables.ts';

/** How a table after the statements differs from the same moment without them, in rows. */
export interface Difference {
  /** Rows whose value in this column is another. */
  changed: Map<string, number>;
  added: number;
  deleted: number;
}

interface Row extends pg.QueryResultRow {
  key: string;
  /** One per column; null for NULL. */
  digests: (string | null)[];
}

const BATCH = 2_000;

/**
 * Holds every row that the transaction wrote against the row of the same key as it was. Values stay in Postgres: what
 * is compared are digests, salted for this one comparison.
 */
export async function compareRows(
  table: WrittenTable,
  before: Pick<ReadOnlySession, 'query'>,
  after: RolledBackSession,
): Promise<Difference> {
  const salt = randomBytes(16).toString('hex');
  const digests = table.columns.map(({ name }) => `md5('${salt}' || t.${pg.escapeIdentifier(name)}::text)`);
  const { sql: key, among } = keyOf(table);
  const select = `SELECT ${key} AS key, ARRAY[${digests.join(', ')}]::text[] AS digests FROM ${table.sql} t`;

  const difference: Difference = { changed: new Map(), added: 0, deleted: 0 };
  // Nothing that is visible here is younger than this transaction but what itself, or a savepoint of it, has written.
  await after.query(`DECLARE written NO SCROLL CURSOR FOR ${select} WHERE age(t.xmin) <= 0`);
  for (;;) {
    const now = await after.query<Row>(`FETCH ${BATCH} FROM written`);
    if (now.length === 0) break;
    const then = await before.query<Row>(`${select} WHERE ${among}`, [now.map((row) => row.key)]);
    tally(difference, table, now, new Map(then.map((row) => [row.key, row.digests])), digestOf(salt));
  }
  await after.query('CLOSE written');
  difference.deleted = (await count(table, before)) - ((await count(table, after)) - difference.added);
  return difference;
}

function keyOf({ key }: WrittenTable): { sql: string; among: string } {
  const columns = key.map(({ name }) => `t.${pg.escapeIdentifier(name)}`);
  const [only, ...others] = key;
  if (only !== undefined && others.length === 0) {
    // By its own type, so that the index serves.
    return { sql: `${columns[0]}::text`, among: `${columns[0]} = ANY ($1::text[]::${only.type}[])` };
  }
  const sql = `ROW(${columns.join(', ')})::text`;
  return { sql, among: `${sql} = ANY ($1::text[])` };
}

/**
 * Where neutralization puts a dummy ('dummytoken', 'BDTEST'). One that is empty was taken away altogether: nothing is left
 * to replace. Not so a mode: empty may mean production.
 */
function isCredential({ name, type }: Column): boolean {
  return (
    /^(text|character varying)$/.test(type) &&
    /key|secret|token|passw|username|merchant|identifier|brand|address/.test(name)
  );
}

function digestOf(salted: string): string {
  return createHash('md5').update(salted).digest('hex');
}

function tally(
  difference: Difference,
  { columns }: WrittenTable,
  now: readonly Row[],
  then: ReadonlyMap<string, Row['digests']>,
  empty: string,
): void {
  for (const { key, digests } of now) {
    const old = then.get(key);
    if (old === undefined) difference.added += 1;
    else
      columns.forEach((column, index) => {
        const [is, was] = [digests[index] ?? empty, old[index] ?? empty];
        if (is === was || (was === empty && isCredential(column))) return;
        difference.changed.set(column.name, (difference.changed.get(column.name) ?? 0) + 1);
      });
  }
}

async function count({ sql }: WrittenTable, { query }: Pick<ReadOnlySession, 'query'>): Promise<number> {
  const [row] = await query<{ count: string }>(`SELECT count(*) AS count FROM ${sql}`);
  return Number(row?.count);
}
