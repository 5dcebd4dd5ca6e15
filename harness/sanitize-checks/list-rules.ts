import type { Severity } from '../check.ts';
import type { UserRule } from '../config/user-rules.ts';
import type { Schema } from '../database/schema.ts';
import { ruleSetsWith } from './checks.ts';
import { NEWEST, OLDEST, type SanitizeContext } from './context.ts';
import { type Grounds, placeOf, type RuleSet } from './rule.ts';

/** One thing that a check asserts. */
interface ListedRule extends Required<Grounds> {
  location: string;
  says: string;
  fix: string;
}

/** A check with all that it asserts, as far as that can be told without a database. */
export interface ListedCheck extends Required<Grounds> {
  id: string;
  title: string;
  severity: Severity;
  rules: ListedRule[];
  /** What else it looks at. */
  beside: readonly string[];
}

/** Every rule that there is, check by check, the user's own last. */
export function listRules(own: readonly UserRule[]): ListedCheck[] {
  return ruleSetsWith(own).map(describe);
}

function describe(set: RuleSet): ListedCheck {
  const { id, title, severity, why, source, odoo = [OLDEST, NEWEST], beside = [] } = set;
  const rules = set.rules(NOWHERE).map((rule) => ({
    location: placeOf(rule),
    says: rule.says,
    fix: rule.fix,
    why: rule.why ?? why,
    source: rule.source ?? source,
    odoo: rule.odoo ?? odoo,
  }));
  return { id, title, severity, why, source, odoo, rules, beside };
}

/** Has every column that a rule names, and none that only a look would show. */
const EVERYTHING: Schema = { has: () => true, columns: () => undefined, tables: () => [] };

const NOWHERE: SanitizeContext = {
  session: { schema: EVERYTHING, query: () => Promise.reject(new Error('there is no database to ask')) },
  baseUrl: new URL('http://odoo.invalid'),
  mailSinks: [],
  database: { kind: 'odoo', version: `${NEWEST}.0`, major: NEWEST, modules: new Set() },
};
