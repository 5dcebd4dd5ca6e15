import type { RolledBackSession } from '../../database/rolled-back.ts';

/** A table that the transaction wrote to. */
export interface WrittenTable {
  name: string;
  /** Quoted, with its schema. */
  sql: string;
  columns: Column[];
  key: Column[];
}

export interface Column {
  name: string;
  /** As Postgres prints it. */
  type: string;
}

const COLUMN = "json_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL))";

/** Postgres' own count of what this transaction wrote: statements, triggers and cascades alike. Undefined where it does not count. */
export async function writtenTables({ query }: RolledBackSession): Promise<WrittenTable[] | undefined> {
  const [counting] = await query<{ on: boolean }>("SELECT current_setting('track_counts')::bool AS on");
  if (counting?.on !== true) return undefined;
  return query<WrittenTable>(
    `SELECT s.relname::text AS name, format('%I.%I', s.schemaname, s.relname) AS sql,
            (SELECT json_agg(${COLUMN} ORDER BY a.attnum) FROM pg_attribute a
              WHERE a.attrelid = s.relid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
            coalesce((SELECT json_agg(${COLUMN} ORDER BY a.attnum)
               FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
              WHERE i.indrelid = s.relid AND i.indisprimary), '[]') AS key
       FROM pg_stat_xact_user_tables s
      WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0
      ORDER BY s.schemaname, s.relname`,
  );
}
