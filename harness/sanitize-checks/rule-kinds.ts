import { isBlank, text } from './anonymized-shape.ts';
import type { Rule } from './rule.ts';

/** What neutralization itself writes where a key has to stay: `dummy`, `dummytoken`, `dummy_value`, `dummykey00012345`. */
const DUMMY = "'^(dummy[_a-z0-9]{0,16}|neutralized)$'";

/** Nothing, or a placeholder that opens no account anywhere. */
const isNeutral = (column: string) => `(${isBlank(column)} OR ${text(column)} ~ ${DUMMY})`;

/** One rule a column: it is empty, or a placeholder. */
export function gone(table: string, columns: readonly string[], says: string): Rule[] {
  return columns.map((column) => ({
    table,
    columns: [column],
    none: `NOT ${isNeutral(column)}`,
    says,
    fix: `Set ${table}.${column} to NULL.`,
    armed: 'secret',
  }));
}

/** The table has no row. */
export function empty(table: string, says: string): Rule {
  return {
    table,
    columns: ['id'],
    none: 'true',
    says,
    fix: `Delete the rows of ${table}.`,
    location: table,
    armed: 'row',
  };
}

/** One rule a column: no row has another value than these; NULL is another. */
export function only(table: string, column: string, values: readonly string[], says: string): Rule {
  const list = values.map((value) => `'${value}'`).join(', ');
  return {
    table,
    columns: [column],
    none: `coalesce(${text(column)}, '') NOT IN (${list})`,
    says,
    fix: `Set ${table}.${column} to ${values.map((value) => value || 'NULL').join(' or ')}.`,
    armed: { otherThan: values },
  };
}

const isText = (type: string) => type === 'character varying' || type === 'text';

/** `gone` for every text column of a name: what a module that nobody has listed brings is caught too. */
export function goneByName(
  table: string,
  columns: ReadonlyMap<string, string> | undefined,
  name: RegExp,
  says: string,
): Rule[] {
  const named = [...(columns ?? [])].filter(([column, type]) => isText(type) && name.test(column));
  return gone(
    table,
    named.map(([column]) => column),
    says,
  );
}
