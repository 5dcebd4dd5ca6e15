import {
  type Check,
  type CheckOutcome,
  type Finding,
  failedUnlessEmpty,
  inconclusive,
  notApplicable,
  type Severity,
} from '../check.ts';
import type { SanitizeContext } from './context.ts';
import { whyUnreadable } from './unreadable.ts';

/** What a rule stands on. */
export interface Grounds {
  /** What a copy does, or gives away, where this does not hold. */
  why: string;
  /** Where that is known from: module and file of Odoo, another origin, or what was observed. */
  source: string;
  /** The first and the last Odoo that has it; without them every one that is known. */
  odoo?: readonly [first: number, last: number];
}

/**
 * One thing that has to hold in one table. `none` holds when no row matches, `some` when at least one does.
 * Predicates are SQL over one row, alias `t`; one that yields NULL counts against the database.
 */
export interface Rule extends Partial<Grounds> {
  table: string;
  /** What the predicate names, the first being where a finding points. A missing one proves the rule empty. */
  columns: readonly string[];
  none?: string;
  some?: string;
  /** What is wrong, without the number of rows. */
  says: string;
  fix: string;
  /** Overrides `table.column` as the place of the finding. */
  location?: string;
  /** The rule can't be proven empty by a missing column: without it nothing can be told. */
  essential?: true;
  /** What `selftest` plants in the first column to see this rule speak; without it somebody writes a mutation by hand. */
  armed?: Armed;
}

/**
 * What a column of production may hold: a row at all, a credential, something about a person, one of these values, or any
 * but these ('' stands for NULL).
 */
export type Armed =
  | 'row'
  | 'secret'
  | 'personal'
  | { readonly oneOf: readonly string[] }
  | { readonly otherThan: readonly string[] };

/** Rules that make one check. A rule without grounds of its own stands on theirs. */
export interface RuleSet extends Grounds {
  id: string;
  title: string;
  severity: Severity;
  /** Tables that every Odoo fills: absent or empty is a broken restore, not a clean one. */
  filled?: readonly string[];
  /** Tables that a module brings. The module installed without its table is a broken restore. */
  modules?: Readonly<Record<string, readonly string[] | { since: number; tables: readonly string[] }>>;
  rules(context: SanitizeContext): readonly Rule[];
  /** Proof that the whole set does not concern this database. */
  exempt?(context: SanitizeContext): string | undefined;
  /** Where it looks beside the rules that can be listed without a database: found there by name, or looked at otherwise. */
  beside?: readonly string[];
  /** Assertions that no predicate over one row can make. */
  also?(context: SanitizeContext): Promise<Examination>;
}

/** What was looked at: how many assertions were made, what failed, what could not be told. */
export interface Examination {
  assertions: number;
  findings: Finding[];
  unclear: string[];
}

/** A check out of rules: each table is read once, whatever the number of its rules. */
export function checkOf(set: RuleSet): Check<SanitizeContext> {
  return {
    id: set.id,
    title: set.title,
    severity: set.severity,
    needs: ['sql'],
    async run(context) {
      if (context.database.kind === 'unknown') return inconclusive(context.database.reason);
      const exempt = set.exempt?.(context);
      if (exempt !== undefined) return notApplicable(exempt);

      const total: Examination = { assertions: 0, findings: [], unclear: missingTables(set, context) };
      const rules = set.rules(context);
      for (const part of [await examine(rules, set.filled ?? [], context), await set.also?.(context)]) {
        total.assertions += part?.assertions ?? 0;
        total.findings.push(...(part?.findings ?? []).map((finding) => withGrounds(finding, set)));
        total.unclear.push(...(part?.unclear ?? []));
      }
      if (total.assertions + total.findings.length + total.unclear.length === 0) {
        const tables = [...new Set(rules.map(({ table }) => table))].join(', ');
        return notApplicable(
          tables === '' ? 'the database has none of its tables' : `the database has none of: ${tables}`,
        );
      }
      return outcomeOf(total);
    },
  };
}

function withGrounds(finding: Finding, { why, source }: Grounds): Finding {
  return { ...finding, why: finding.why ?? why, source: finding.source ?? source };
}

/** A finding fails, whatever else could not be told; that is said beside it. */
export function outcomeOf({ assertions, findings, unclear }: Examination): CheckOutcome {
  if (findings.length > 0) {
    const unread = unclear.map((reason) => ({ message: `could not tell: ${reason}` }));
    return failedUnlessEmpty([...findings, ...unread], assertions);
  }
  if (unclear.length > 0) return inconclusive(unclear.join('; '));
  return failedUnlessEmpty([], assertions);
}

function missingTables(set: RuleSet, { session, database }: SanitizeContext): string[] {
  const { schema } = session;
  const { modules: installed, major } = database.kind === 'odoo' ? database : { modules: new Set<string>(), major: 0 };
  const broken = Object.entries(set.modules ?? {})
    .map(([module, brought]) => ('tables' in brought ? { module, ...brought } : { module, since: 0, tables: brought }))
    .filter(
      ({ module, since, tables }) =>
        installed.has(module) && major >= since && !tables.some((table) => schema.has(table)),
    )
    .map(({ module, tables }) => `the module ${module} is installed, its table ${tables.join(' or ')} is missing`);
  const absent = (set.filled ?? [])
    .filter((table) => !schema.has(table))
    .map((table) => `the table ${table} is missing`);
  return [...broken, ...absent];
}

async function examine(
  rules: readonly Rule[],
  filled: readonly string[],
  { session }: SanitizeContext,
): Promise<Examination> {
  const result: Examination = { assertions: 0, findings: [], unclear: [] };
  const applicable: Rule[] = [];
  for (const rule of rules) {
    const absent = rule.columns.filter((column) => !session.schema.has(rule.table, column));
    if (session.schema.has(rule.table) && absent.length === 0) applicable.push(rule);
    else if (rule.essential) result.unclear.push(`${rule.table}.${absent[0] ?? ''} is missing`);
  }
  for (const [table, group] of Map.groupBy(applicable, (rule) => rule.table)) {
    let counts: Record<string, string> | undefined;
    try {
      [counts] = await session.query<Record<string, string>>(countingQuery(table, group));
    } catch (error) {
      result.unclear.push(whyUnreadable(table, error));
      continue;
    }
    if (counts === undefined || (filled.includes(table) && counts.rows === '0')) {
      result.unclear.push(`${table} has no rows`);
      continue;
    }
    result.assertions += group.length;
    group.forEach((rule, index) => {
      const finding = findingOf(rule, Number(counts[`rule${index}`]));
      if (finding !== undefined) result.findings.push(finding);
    });
  }
  return result;
}

function countingQuery(table: string, rules: readonly Rule[]): string {
  const counts = rules.map(({ none, some }, index) => {
    const wanted = none === undefined ? `(${some ?? 'false'}) IS TRUE` : `(${none}) IS NOT FALSE`;
    return `count(*) FILTER (WHERE ${wanted}) AS rule${index}`;
  });
  return `SELECT count(*) AS rows, ${counts.join(', ')} FROM "${table}" t`;
}

function findingOf({ says, fix, why, source, none, ...rule }: Rule, count: number): Finding | undefined {
  const holds = none === undefined ? count > 0 : count === 0;
  if (holds) return undefined;
  return {
    message: says,
    location: placeOf(rule),
    ...(none === undefined ? {} : { count }),
    fix,
    ...(why === undefined ? {} : { why }),
    ...(source === undefined ? {} : { source }),
  };
}

/** Where a finding of the rule points: `table.column`, unless it says otherwise. */
export function placeOf({ location, table, columns }: Pick<Rule, 'location' | 'table' | 'columns'>): string {
  return location ?? [table, columns[0]].filter(Boolean).join('.');
}
