import type { CheckStatus } from '../check.ts';

/** One thing of production's, put back into a sanitized copy, and who has to say so. */
export interface Mutation {
  /** The check that has to fail. */
  check: string;
  /** Where one of its findings has to point. */
  location: string;
  /** For people, without a value: `INSERT varchar`. */
  kind: string;
  /** Makes room for it: tables and columns that the database lacks. Arms nothing. */
  prelude: readonly string[];
  /** One or more statements. */
  sql: string;
  /** Tells a credential or a live wire from something about a person. */
  arms: 'wire' | 'person';
  /** Mutations of one group insert one row each and can stand beside each other: each adds one to the count of its place. */
  group?: string;
}

/** What became of it. Only the first counts as caught. */
export type Fate =
  | { is: 'killed'; messages: readonly string[] }
  | { is: 'survived'; because: string; answer: CheckStatus }
  /** Proven not to concern this database. */
  | { is: 'not-applicable'; because: string }
  /** The database would not take it, or had the finding before: nothing was tried. */
  | { is: 'untried'; because: string };

/** Statements written by hand, for what no rule can tell of itself. */
export function byHand(check: string, location: string, sql: string, arms: Mutation['arms'] = 'wire'): Mutation {
  const verbs = sql.match(/(?<=^|;)\s*(INSERT|UPDATE|DELETE|ALTER|CREATE|DROP)\b/gi) ?? [];
  const kind = [...new Set(verbs.map((verb) => verb.trim().toUpperCase()))].join(', ');
  return { check, location, kind, prelude: [], sql, arms };
}
