import pg from 'pg';
import type { UserRule } from '../../config/user-rules.ts';
import { text } from '../anonymized-shape.ts';
import type { Armed, RuleSet } from '../rule.ts';

/** A check out of a rule of the user's own. */
export function customRule({ id, table, column, module, neutral, severity, why, fix }: UserRule): RuleSet {
  return {
    id: `sanitize.custom.${id}`,
    title: `${table}.${column} is neutral: ${why}`,
    why,
    source: 'a rule of your own',
    severity,
    modules: module === undefined ? {} : { [module]: [table] },
    rules: ({ database }) => {
      const has = database.kind === 'odoo' && module !== undefined && database.modules.has(module);
      return [
        {
          table,
          columns: [column],
          none: `NOT (${isNeutral(column, neutral)})`,
          says: `values are not neutral: ${why}`,
          fix,
          armed: armedOf(neutral),
          ...(has ? { essential: true as const } : {}),
        },
      ];
    },
  };
}

function armedOf(neutral: UserRule['neutral']): Armed {
  switch (neutral.is) {
    case 'null':
    case 'matching':
      return 'secret';
    case 'true':
    case 'false':
      return { otherThan: [neutral.is] };
    case 'one of':
      return { otherThan: neutral.values };
  }
}

function isNeutral(column: string, neutral: UserRule['neutral']): string {
  switch (neutral.is) {
    case 'null':
      return `${text(column)} IS NULL`;
    case 'true':
    case 'false':
      return `${text(column)} = '${neutral.is}'`;
    case 'one of':
      return `${text(column)} IN (${neutral.values.map((value) => pg.escapeLiteral(value)).join(', ')})`;
    case 'matching':
      return `${text(column)} ~ ${pg.escapeLiteral(`^(?:${neutral.pattern})$`)}`;
  }
}
