import pg from 'pg';
import type { ReadOnlySession } from '../../database/read-only.ts';
import { isReviewed } from './reviewed.ts';
import { isNamedLikeASecret } from './shapes.ts';

/** A column that can hold text, whatever its type. */
export interface TextColumn {
  name: string;
  /** SQL that yields its value as text. */
  text: string;
  named: boolean;
  /** Bytes have a name and a length; their content is not looked at. */
  kind: 'text' | 'json' | 'bytes';
}

export interface TextTable {
  schema: string;
  table: string;
  /** For `FROM`. */
  sql: string;
  /** No page on disk: proven to have no row. */
  empty: boolean;
  /** As Postgres last counted them, -1 where it never did. */
  estimatedRows: number;
  columns: readonly TextColumn[];
}

/** Every text-like column of every table and materialized view, out of pg_attribute, but those of Postgres itself. */
export async function textTables(session: ReadOnlySession): Promise<readonly TextTable[]> {
  const rows = await session.query<{
    schema: string;
    table: string;
    column: string;
    kind: TextColumn['kind'];
    empty: boolean;
    estimatedRows: number;
  }>(
    `SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column", CASE WHEN b.typname = 'bytea' THEN 'bytes' WHEN b.typname LIKE 'json%' THEN 'json' ELSE 'text' END AS kind,
            c.relkind <> 'p' AND pg_relation_size(c.oid) = 0 AS empty,
            c.reltuples::float8 AS "estimatedRows"
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid
       JOIN pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
       LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
      WHERE c.relkind IN ('r', 'p', 'm')
        AND (b.typcategory = 'S' OR e.typcategory = 'S' OR b.typname IN ('json', 'jsonb', 'bytea', 'hstore', 'xml'))
      ORDER BY 1, 2, a.attnum`,
  );
  return [...Map.groupBy(rows, ({ schema, table }) => JSON.stringify([schema, table])).values()].map((group) => {
    const { schema = '', table = '', empty = false, estimatedRows = -1 } = group[0] ?? {};
    return {
      schema,
      table,
      empty,
      estimatedRows,
      sql: `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`,
      columns: group.map(({ column, kind }) => ({
        name: column,
        text: `t.${pg.escapeIdentifier(column)}::text`,
        named: isNamedLikeASecret(column) && !isReviewed(table, column),
        kind,
      })),
    };
  });
}
