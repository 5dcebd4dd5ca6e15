import type { Client } from 'pg';

export interface Column {
  /** `character varying`, `jsonb`, … */
  type: string;
  /** With its length: `character varying(16)`. */
  declared: string;
  required: boolean;
  /** Part of a unique index: different values have to stay different. */
  unique: boolean;
}

/** Table → column → what may be written to it; tables of schema `public`. */
export type Columns = ReadonlyMap<string, ReadonlyMap<string, Column>>;

export async function loadColumns(client: Client): Promise<Columns> {
  const { rows } = await client.query<Column & { table: string; column: string }>(
    `SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS "type",
            format_type(a.atttypid, a.atttypmod) AS declared, a.attnotnull AS required,
            EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey)) AS "unique"
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
  );
  const tables = new Map<string, Map<string, Column>>();
  for (const { table, column, ...facts } of rows) {
    const columns = tables.get(table) ?? new Map<string, Column>();
    tables.set(table, columns.set(column, facts));
  }
  return tables;
}
