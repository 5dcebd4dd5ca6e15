import type { SanitizeContext } from './context.ts';
import type { RuleSet } from './rule.ts';

/** What a rule names: `table.column`, or a `table` that has to be empty. */
export function judgedElsewhere(sets: readonly RuleSet[], context: SanitizeContext): ReadonlySet<string> {
  const rules = sets.flatMap((set) => set.rules(context));
  const places = rules.map(({ location, table, columns: [column = ''] }) => location ?? `${table}.${column}`);
  return new Set([...places, 'res_users.password']);
}
