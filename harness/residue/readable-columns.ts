import type { ReadOnlySession } from '../database/read-only.ts';

interface ScannedColumn {
  name: string;
  /** How its bytes are to be read. */
  form: 'text' | 'json' | 'bytes';
}

/** A table, or as much of it as one worker takes at once. */
export interface Part {
  /** `table`, or `schema.table` outside public. */
  table: string;
  columns: readonly ScannedColumn[];
  select: string;
  /** About, in bytes. */
  size: number;
}

interface Row {
  schema: string;
  table: string;
  pages: string;
  kind: string;
  columns: { name: string; type: string; array: boolean }[];
}

/** Types whose values can't spell a name, an address or a formatted number. */
const NEVER_TEXT = `'bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money', 'date', 'time', 'timetz',
  'timestamp', 'timestamptz', 'interval', 'oid', 'xid', 'xid8', 'cid', 'tid', 'uuid', 'inet', 'cidr', 'macaddr', 'macaddr8',
  'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'bit', 'varbit', 'pg_lsn', 'int2vector', 'oidvector'`;

const PAGE_SIZE = 8192;
const PAGES_A_PART = 4096;

/** Every column of every table that can hold text, whoever made it; cut into parts of a like size, the largest first. */
export async function readableParts(session: ReadOnlySession): Promise<Part[]> {
  const [server] = await session.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const rows = await session.query<Row>(
    `SELECT n.nspname AS schema, c.relname AS "table", c.relkind AS kind,
            (pg_relation_size(c.oid) / ${PAGE_SIZE})::text AS pages,
            json_agg(json_build_object('name', a.attname, 'type', b.typname, 'array', e.oid IS NOT NULL) ORDER BY a.attnum) AS columns
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
       JOIN pg_type b ON b.oid = coalesce(nullif(coalesce(e.typbasetype, t.typbasetype), 0), e.oid, t.oid)
      WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        AND b.typname NOT IN (${NEVER_TEXT})
      GROUP BY n.nspname, c.relname, c.relkind, c.oid`,
  );
  const parts = rows.flatMap((row) => partsOf(row, (server?.version ?? 0) >= 140_000));
  return [...parts, STATISTICS].sort((a, b) => b.size - a.size);
}

function partsOf({ schema, table, kind, pages, columns }: Row, rangesAreFast: boolean): Part[] {
  const scanned = columns.map(({ name, type, array }): ScannedColumn => {
    const form = type === 'bytea' && !array ? 'bytes' : type === 'json' || type === 'jsonb' ? 'json' : 'text';
    return { name, form };
  });
  const list = scanned.map(({ name, form }) => `${quoted(name)}${form === 'bytes' ? '' : '::text'}`).join(', ');
  const from = `SELECT ${list} FROM ONLY ${quoted(schema)}.${quoted(table)}`;
  const about = { table: schema === 'public' ? table : `${schema}.${table}`, columns: scanned };
  const count = Number(pages);
  // Before 14 each range of rows would read the whole table.
  if (count <= PAGES_A_PART || !rangesAreFast || kind !== 'r')
    return [{ ...about, select: from, size: count * PAGE_SIZE }];
  const parts: Part[] = [];
  for (let first = 0; first < count; first += PAGES_A_PART) {
    const last = first + PAGES_A_PART;
    // Rows that were written since are behind what the size said.
    const until = last < count ? ` AND ctid < '(${last},0)'::tid` : '';
    parts.push({
      ...about,
      select: `${from} WHERE ctid >= '(${first},0)'::tid${until}`,
      size: Math.min(PAGES_A_PART, count - first) * PAGE_SIZE,
    });
  }
  return parts;
}

/** Samples that ANALYZE took while the values were still there. */
const STATISTICS: Part = {
  table: 'pg_stats',
  columns: ['most_common_vals', 'histogram_bounds', 'most_common_elems'].map((name) => ({ name, form: 'text' })),
  select: `SELECT most_common_vals::text, histogram_bounds::text, most_common_elems::text FROM pg_catalog.pg_stats
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  size: 1_000_000,
};

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
