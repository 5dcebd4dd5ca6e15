import type { Rule } from './rule.ts';

/** Column → predicate of what an anonymized value in it looks like. */
export type Shapes = Readonly<Record<string, (column: string) => string>>;

/** One rule a column: no value of another shape. */
export function shapeRules(table: string, shapes: Shapes): Rule[] {
  return Object.entries(shapes).map(([column, shape]) => ({
    table,
    columns: [column],
    none: `NOT ${shape(column)}`,
    says: 'values are not of the anonymized shape',
    fix: 'Run odoo-gate sanitize --anonymize; docs/how-checks-know.md names the shape.',
    armed: 'personal',
  }));
}
