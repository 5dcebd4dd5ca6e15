import type { Writer } from './writer.ts';

/**
 * Postgres keeps samples of a column's values for its planner, and keeps them when the rows change. ANALYZE, which has to
 * have run, draws new ones but leaves those of a table that is empty now; giving a column its own type drops them.
 */
export async function forgetSamples(writer: Writer): Promise<void> {
  const stale = await writer.rows<{ table: string; column: string; type: string }>(
    `SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS "type"
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
      WHERE c.relkind = 'r' AND c.reltuples = 0
        AND format_type(a.atttypid, NULL) IN ('character varying', 'text', 'jsonb', 'json', 'bytea')`,
  );
  for (const { table, column, type } of stale) {
    const dropped = await writer.tried(`ALTER TABLE "${table}" ALTER COLUMN "${column}" TYPE ${type}`);
    // A view stands on the column: only a superuser gets at its samples, and without one the check names them.
    if (!dropped) {
      await writer.tried(
        `DELETE FROM pg_statistic s USING pg_attribute a WHERE s.starelid = '"${table}"'::regclass
           AND a.attrelid = s.starelid AND a.attnum = s.staattnum AND a.attname = '${column}'`,
      );
    }
  }
}
