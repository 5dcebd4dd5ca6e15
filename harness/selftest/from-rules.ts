import type { Schema } from '../database/schema.ts';
import type { SanitizeContext } from '../sanitize-checks/context.ts';
import { INVENTORY } from '../sanitize-checks/personal-data/inventory.ts';
import type { Rule, RuleSet } from '../sanitize-checks/rule.ts';
import type { Plant } from './planting.ts';

/** A rule, and the check that asks it. */
export interface OwnedRule {
  check: string;
  location: string;
  rule: Rule;
}

/** Every rule that has something to say about this database, or would if its module were there. */
export function rulesOf(sets: readonly RuleSet[], context: SanitizeContext): readonly OwnedRule[] {
  return sets.flatMap((set) =>
    set.exempt?.(context) === undefined
      ? set.rules(context).map((rule) => ({ check: set.id, rule, location: locationOf(rule) }))
      : [],
  );
}

function locationOf({ location, table, columns: [column = ''] }: Rule): string {
  return location ?? `${table}.${column}`;
}

/** What a rule says of itself is enough to arm it: one that is new is tried out by itself. */
export function plantsOf(rules: readonly OwnedRule[]): readonly Plant[] {
  const inventoried = new Set(INVENTORY.map(({ check, table, column }) => `${check} ${table}.${column}`));
  return rules.flatMap(({ check, location, rule: { table, columns, armed } }) => {
    const [column, ...others] = columns;
    if (armed === undefined || column === undefined || inventoried.has(`${check} ${location}`)) return [];
    const beside = Object.fromEntries(others.map((each) => [each, ['varchar', 'NULL'] as const]));
    return [{ check, location, table, column, armed, beside }];
  });
}

/** Every personal column of any version, whether this database has it or not: a row in which it is personal. */
export function inventoryPlants(schema: Schema): readonly Plant[] {
  return INVENTORY.map(({ check, table, column, type, needs }) => ({
    check,
    table,
    column,
    type: type === 'text' ? 'varchar' : type,
    armed: 'personal',
    beside: Object.fromEntries(
      needs.map((each) => {
        const of = schema.columns(table)?.get(each) ?? (each.endsWith('_id') ? 'integer' : 'varchar');
        return [each, [of, of === 'integer' ? '1' : "'x'"] as const];
      }),
    ),
  }));
}
