import pg from 'pg';
import type { Schema } from '../database/schema.ts';
import type { Armed } from '../sanitize-checks/rule.ts';
import { armedValues, neutralValue, typeOf } from './armed-values.ts';
import type { Mutation } from './mutation.ts';

/** A row of production's: what one column of it holds, and what the rule reads beside it. */
export interface Plant {
  check: string;
  table: string;
  column: string;
  armed: Armed;
  /** What Postgres keeps the column as where the module makes it; told from `armed` unless given. */
  type?: string;
  /** Where the finding has to point, if not at the column. */
  location?: string;
  /** Columns that have to be there too → type and value, as SQL. */
  beside?: Readonly<Record<string, readonly [type: string, value: string]>>;
}

/** One mutation a value, each a row of its own. Tables and columns that the database lacks are made as their module would. */
export function mutationsOf(plant: Plant, schema: Schema): Mutation[] {
  const { check, table, column, armed, beside = {} } = plant;
  const name = pg.escapeIdentifier(table);
  const common = {
    check,
    location: plant.location ?? (armed === 'row' ? table : `${table}.${column}`),
    arms: armed === 'personal' ? ('person' as const) : ('wire' as const),
  };
  const table_ = schema.has(table) ? anyRowFits(table) : `CREATE TABLE ${name} (id serial PRIMARY KEY)`;
  if (armed === 'row') {
    return [{ ...common, kind: 'INSERT', prelude: [table_], sql: `INSERT INTO ${name} DEFAULT VALUES` }];
  }
  const type = schema.columns(table)?.get(column) ?? plant.type ?? typeOf(armed);
  const others = Object.entries(beside);
  const needed = [[column, type, neutralValue(armed)], ...others.map(([each, [of]]) => [each, of, 'NULL'])] as const;
  const made = needed
    .filter(([each = '']) => !schema.has(table, each))
    .map(
      ([each = '', of, neutral]) =>
        `ALTER TABLE ${name} ADD COLUMN ${pg.escapeIdentifier(each)} ${of} DEFAULT ${neutral}`,
    );
  const columns = [column, ...others.map(([each]) => each)].map((each) => pg.escapeIdentifier(each));
  return armedValues(armed, type).map(({ sql, kind }) => {
    const values = [sql, ...others.map(([, [, value]]) => value)];
    return {
      ...common,
      kind: `${made.length === 0 ? 'INSERT' : 'ALTER, INSERT'} ${kind}`,
      prelude: [table_, ...made],
      sql: `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values.join(', ')})`,
      group: `${check} ${table}`,
    };
  });
}

/** A row needs no more than what is planted: what the table itself asks of a row goes for the length of the transaction. */
function anyRowFits(table: string): string {
  const literal = pg.escapeLiteral(pg.escapeIdentifier(table));
  return `DO $do$ DECLARE each name; BEGIN
    FOR each IN SELECT conname FROM pg_constraint WHERE conrelid = ${literal}::regclass AND contype = 'c'
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', ${literal}, each); END LOOP;
    FOR each IN SELECT attname FROM pg_attribute a WHERE attrelid = ${literal}::regclass AND attnum > 0 AND attnotnull
        AND NOT attisdropped AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary
                                               AND a.attnum = ANY (i.indkey))
    LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', ${literal}, each); END LOOP; END $do$`;
}
