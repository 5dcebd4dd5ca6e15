import pg from 'pg';
import type { Check } from '../../check.ts';
import { SHAPES } from '../anonymized-shape.ts';
import { census } from '../census.ts';
import type { SanitizeContext } from '../context.ts';
import type { Examination, RuleSet } from '../rule.ts';
import { type TextColumn, type TextTable, textTables } from '../secrets/columns.ts';
import { whyUnreadable } from '../unreadable.ts';
import { isImpersonal, isPartlyJudged } from './inventory.ts';
import { isNamedLikeABirthday, isNamedLikeAPerson } from './named.ts';
import { isShippedByModules } from './shipped.ts';
import { LONGEST_FIELD, VALUE_SHAPES } from './value-shapes.ts';

/** Rows of each table that are looked at, spread over it: what bounds the time on a large database. */
const SAMPLE = 10_000;
/** A longer JSON is no record of somebody. */
const LARGEST_JSON = 100_000;

const FIX =
  'Empty it or write values of the anonymized shape (docs/how-checks-know.md); odoo-gate sanitize does not know this column.';

/**
 * Columns of custom modules, and whatever else neither the inventory nor a rule names: what their values look like, and
 * what they are called. No value leaves Postgres.
 */
export function shapeCensus(sets: readonly RuleSet[]): Check<SanitizeContext> {
  const title = 'No column that nobody has reviewed holds what looks like data of a person';
  return census({ id: 'sanitize.shapes', title, severity: 'high' }, sets, async (context, judged, total) => {
    for (const table of await textTables(context.session)) {
      const open = table.columns.filter((column) => isOpen(table, column, judged));
      total.assertions += open.length;
      if (!table.empty) await look(context, table, open, total);
    }
    await lookAtBirthdays(context, judged, total);
  });
}

function isOpen({ schema, table }: TextTable, { name, kind }: TextColumn, judged: ReadonlySet<string>): boolean {
  if (kind === 'bytes') return false;
  if (schema !== 'public') return true;
  if (isShippedByModules(table) || isImpersonal(table, name) || judged.has(table)) return false;
  return isPartlyJudged(table, name) || !judged.has(`${table}.${name}`);
}

async function look(
  { session }: SanitizeContext,
  table: TextTable,
  columns: readonly TextColumn[],
  total: Examination,
): Promise<void> {
  const count = async (counts: readonly string[]) => {
    if (counts.length === 0) return {};
    const selected = counts.map((condition, index) => `count(*) FILTER (WHERE ${condition}) AS c${index}`);
    const [row] = await session.query<Record<string, string>>(
      `SELECT ${selected.join(', ')} FROM ${sampleOf(table)} t`,
    );
    return row ?? {};
  };
  try {
    // Most columns hold neither an @ nor a number of some length: three cheap questions spare them the others.
    const first = await count(
      columns.flatMap((column) => [`${column.text} <> ''`, mayBeAddress(column), mayBeNumber(column)]),
    );
    const suspects = columns.flatMap((column, index) => {
      const [filled = 0, address = 0, number = 0] = [0, 1, 2].map((each) => Number(first[`c${3 * index + each}`]));
      if (filled === 0) return [];
      const shapes = VALUE_SHAPES.filter(({ kind }) => (kind === 'address' ? address : number) > 0);
      const asked = shapes.map(({ name, share, matches }) => ({
        message: `looks like ${name}`,
        least: Math.max(1, filled * share),
        condition: inColumn(column, matches),
      }));
      if (isNamedLikeAPerson(column.name)) {
        asked.push({ message: 'named like data of a person, and filled', least: 1, condition: isForeign(column) });
      }
      return asked.map((each) => ({ ...each, location: `${table.table}.${column.name}` }));
    });
    const second = await count(suspects.map(({ condition }) => condition));
    suspects.forEach(({ message, location, least }, index) => {
      const found = Number(second[`c${index}`]);
      if (found >= least) total.findings.push({ message, location, count: found, fix: FIX });
    });
  } catch (error) {
    total.unclear.push(whyUnreadable(table.table, error));
  }
}

async function lookAtBirthdays(
  { session }: SanitizeContext,
  judged: ReadonlySet<string>,
  total: Examination,
): Promise<void> {
  for (const table of session.schema.tables()) {
    for (const [name, type] of session.schema.columns(table) ?? []) {
      const location = `${table}.${name}`;
      if (type !== 'date' || !isNamedLikeABirthday(name) || judged.has(location) || judged.has(table)) continue;
      total.assertions += 1;
      try {
        const filled = `SELECT count(${pg.escapeIdentifier(name)}) AS rows FROM ${pg.escapeIdentifier(table)}`;
        const [row] = await session.query<{ rows: string }>(filled);
        if (row?.rows !== '0') {
          total.findings.push({
            message: 'named like dates of birth, and filled',
            location,
            count: Number(row?.rows),
            fix: FIX,
          });
        }
      } catch (error) {
        total.unclear.push(whyUnreadable(table, error));
      }
    }
  }
}

function sampleOf({ sql, estimatedRows }: TextTable): string {
  const share = (100 * SAMPLE) / estimatedRows;
  const spread = estimatedRows > 2 * SAMPLE ? `TABLESAMPLE SYSTEM (${share}) REPEATABLE (1)` : '';
  return `(SELECT * FROM ${sql} ${spread} LIMIT ${2 * SAMPLE})`;
}

const mayBeAddress = ({ text }: TextColumn) => `strpos(${text}, '@') > 0`;

/** Nothing but capitals, digits and punctuation, and not long. */
const mayBeNumber = ({ text, kind }: TextColumn) =>
  kind === 'json'
    ? `${text} ~ '"[^a-z"]*[0-9][^a-z"]*"'`
    : `CASE WHEN octet_length(${text}) BETWEEN 7 AND ${LONGEST_FIELD} THEN ${text} ~ '^[^a-z]*[0-9][^a-z]*$' ELSE false END`;

/** A value of a JSON is each text within it. */
function inColumn({ name, text, kind }: TextColumn, matches: (text: string) => string): string {
  if (kind !== 'json') return matches(text);
  return `EXISTS (SELECT FROM ${leavesOf(name)} AS t WHERE ${matches(`t.${pg.escapeIdentifier(name)}`)})`;
}

/** Filled, and of none of the anonymized shapes. */
function isForeign({ name, kind }: TextColumn): string {
  const shapes = [
    SHAPES.name,
    SHAPES['display-name'],
    SHAPES.email,
    SHAPES.phone,
    SHAPES.street,
    SHAPES.account,
    SHAPES.title,
  ];
  const foreign = `NOT (${shapes.map((shape) => shape(name)).join(' OR ')})`;
  return kind === 'json' ? `EXISTS (SELECT FROM ${leavesOf(name)} AS t WHERE ${foreign})` : foreign;
}

function leavesOf(name: string): string {
  const column = pg.escapeIdentifier(name);
  const texts = `jsonb_path_query(t.${column}::jsonb, 'strict $.** ? (@.type() == "string")')`;
  return `(SELECT leaf #>> '{}' AS ${column} FROM ${texts} AS leaf WHERE pg_column_size(t.${column}) < ${LARGEST_JSON})`;
}
