import { isBlank, SHAPES } from '../anonymized-shape.ts';
import type { SanitizeContext } from '../context.ts';
import type { Rule } from '../rule.ts';
import type { PersonalCheck } from './area.ts';
import { type PersonalColumn, personalColumns } from './inventory.ts';

/** The rules of one check: no value of another shape in any personal column that this database has. */
export function personalRules(check: PersonalCheck, { session: { schema } }: SanitizeContext): Rule[] {
  return personalColumns(schema)
    .filter((column) => column.check === check)
    .map((personal) => {
      const { table, column, needs } = personal;
      const told = needs.every((each) => schema.has(table, each));
      const { only = 'true', except = 'false' } = told ? personal : {};
      const holds = shapeOf(personal, schema.columns(table)?.get(column) === 'jsonb');
      return {
        table,
        columns: [column],
        none: `(${only}) AND NOT (${except}) AND NOT ${holds}`,
        says: 'values are not of the anonymized shape',
        fix: 'Run odoo-gate sanitize --anonymize; docs/how-checks-know.md names the shape.',
        armed: 'personal' as const,
      };
    });
}

/** Every text and number within a jsonb has to have the shape: one a language, a company or a property. */
function shapeOf({ column, shape }: PersonalColumn, isJson: boolean): string {
  const holds = SHAPES[shape](column);
  if (!isJson) return holds;
  const leaves = `jsonb_path_query(t."${column}", 'strict $.** ? (@.type() == "string" || @.type() == "number")')`;
  return `(${isBlank(column)} OR NOT EXISTS (
    SELECT FROM (SELECT leaf #>> '{}' AS "${column}" FROM ${leaves} AS leaf) AS t WHERE (${holds}) IS NOT TRUE))`;
}
