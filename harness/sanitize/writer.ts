import type { Client, QueryResultRow } from 'pg';
import { loadSchema, type Schema } from '../database/schema.ts';

/** What one statement did; `columns` is empty for whole rows. */
export interface Change {
  table: string;
  columns: readonly string[];
  /** What the columns hold: `person`, `email`, `blank`, …; only where personal data was replaced. */
  kinds?: Readonly<Record<string, string>>;
  action: 'updated' | 'deleted' | 'inserted';
  rows: number;
  durationMs: number;
}

/** Column → SQL expression of its new value, over the row `t`. */
type Assignments = Readonly<Record<string, string>>;

/** Writes only what exists: a table or column that this Odoo lacks is left out, never guessed. */
export interface Writer {
  readonly schema: Schema;
  readonly changes: readonly Change[];
  /** Sets the columns that exist. `where` may name only columns that every version has, or those in `needs`. */
  set(table: string, assignments: Assignments, options?: WriteOptions): Promise<void>;
  /** Sets the columns that exist to NULL, in the rows that have a value in one of them. */
  blank(table: string, columns: readonly string[], options?: WriteOptions): Promise<void>;
  delete(table: string, options?: WriteOptions): Promise<void>;
  /** Writes a system parameter and when it was written. */
  setParameter(key: string, value: string): Promise<void>;
  /** Anything else; the caller has looked at the schema. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
  rows<Row extends QueryResultRow>(text: string): Promise<Row[]>;
  /** Whether a statement succeeded; one that failed changed nothing, and is not noted. */
  tried(text: string, change?: Omit<Change, 'rows' | 'durationMs'>): Promise<boolean>;
}

interface WriteOptions {
  /** What else the expressions read, joined in `where`. */
  from?: string;
  where?: string;
  /** Columns that `where` or an expression names: without them nothing is done. */
  needs?: readonly string[];
  /** For the summary. */
  kinds?: Readonly<Record<string, string>>;
}

export async function openWriter(client: Client): Promise<Writer> {
  const schema = await loadSchema(async (text) => (await client.query(text)).rows);
  const changes: Change[] = [];

  const run = async (text: string, values: readonly unknown[] = []) =>
    (await client.query(text, [...values])).rowCount ?? 0;
  const note = async (change: Omit<Change, 'rows' | 'durationMs'>, text: string, values: readonly unknown[] = []) => {
    const started = performance.now();
    const rows = await run(text, values);
    if (rows > 0) changes.push({ ...change, rows, durationMs: Math.round(performance.now() - started) });
  };
  const applies = (table: string, needs: readonly string[] = []) =>
    schema.has(table) && needs.every((column) => schema.has(table, column));

  const set = async (
    table: string,
    assignments: Assignments,
    { from, where = 'true', needs, kinds }: WriteOptions = {},
  ) => {
    const present = Object.entries(assignments).filter(([column]) => schema.has(table, column));
    if (!applies(table, needs) || present.length === 0) return;
    const list = present.map(([column, value]) => `"${column}" = ${value}`).join(', ');
    await note(
      { table, columns: present.map(([column]) => column), action: 'updated', ...(kinds && { kinds }) },
      `UPDATE "${table}" t SET ${list} ${from === undefined ? '' : `FROM ${from}`} WHERE ${where}`,
    );
  };

  return {
    schema,
    changes,
    run,
    rows: async <Row extends QueryResultRow>(text: string) => (await client.query<Row>(text)).rows,
    async tried(text, change) {
      await client.query('SAVEPOINT tried');
      try {
        await (change === undefined ? run(text) : note(change, text));
        return true;
      } catch {
        await client.query('ROLLBACK TO SAVEPOINT tried');
        return false;
      }
    },
    set,
    async blank(table, columns, { where = 'true', needs = [] } = {}) {
      const present = columns.filter((column) => schema.has(table, column));
      const filled = present.map((column) => `t."${column}" IS NOT NULL`).join(' OR ');
      const assignments = Object.fromEntries(present.map((column) => [column, 'NULL']));
      await set(table, assignments, { where: `(${where}) AND (${filled || 'false'})`, needs });
    },
    async delete(table, { where = 'true', needs } = {}) {
      if (!applies(table, needs)) return;
      await note({ table, columns: [], action: 'deleted' }, `DELETE FROM "${table}" t WHERE ${where}`);
    },
    async setParameter(key, value) {
      await note(
        { table: 'ir_config_parameter', columns: ['value'], action: 'updated' },
        `INSERT INTO ir_config_parameter (key, value, create_date, write_date)
         VALUES ($1, $2, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, write_date = excluded.write_date`,
        [key, value],
      );
    },
  };
}
