import type pg from 'pg';

type Query = <Row extends pg.QueryResultRow>(text: string) => Promise<Row[]>;

/** Which tables and columns a database has: rules ask it before they name a column. */
export interface Schema {
  has(table: string, column?: string): boolean;
  /** Column name → type as Postgres prints it (`character varying`, `jsonb`); undefined for a table that is not there. */
  columns(table: string): ReadonlyMap<string, string> | undefined;
  tables(): Iterable<string>;
}

/** Reads tables and columns of schema `public` from the catalog (visible to every role, unlike information_schema). */
export async function loadSchema(query: Query): Promise<Schema> {
  const rows = await query<{ table: string; column: string; type: string }>(
    `SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS "type"
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p')`,
  );
  const tables = new Map<string, Map<string, string>>();
  for (const { table, column, type } of rows) {
    const columns = tables.get(table) ?? new Map<string, string>();
    tables.set(table, columns.set(column, type));
  }
  return {
    has: (table, column) => (column === undefined ? tables.has(table) : (tables.get(table)?.has(column) ?? false)),
    columns: (table) => tables.get(table),
    tables: () => tables.keys(),
  };
}
