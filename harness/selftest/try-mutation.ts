import type pg from 'pg';
import type { Check, CheckResult } from '../check.ts';
import { InfrastructureError } from '../errors.ts';
import { runChecks } from '../run.ts';
import type { SanitizeContext } from '../sanitize-checks/context.ts';
import { PERSON, SECRETS } from './armed-values.ts';
import type { Fate, Mutation } from './mutation.ts';
import { rolledBack, sessionWithin } from './scratch.ts';

/** The check that has to fail, and what it says of the copy as it is. */
export interface Opponent {
  check: Check<SanitizeContext>;
  clean: CheckResult;
}

/**
 * Arms the copy, asks the check, and undoes it. Rows of one table are planted together and told apart by place and number:
 * where any number is not exact, each is tried alone.
 */
export async function tryMutations(
  client: pg.Client,
  mutations: readonly Mutation[],
  opponent: Opponent,
  context: SanitizeContext,
): Promise<Fate[]> {
  const together = mutations.length > 1 ? await tryTogether(client, mutations, opponent, context) : undefined;
  if (together !== undefined) return together;
  const fates: Fate[] = [];
  for (const mutation of mutations) fates.push(await tryAlone(client, mutation, opponent, context));
  return fates;
}

async function tryTogether(
  client: pg.Client,
  mutations: readonly Mutation[],
  { check, clean }: Opponent,
  context: SanitizeContext,
): Promise<Fate[] | undefined> {
  return rolledBack(client, async () => {
    const unfit = await arm(client, [
      ...new Set(mutations.flatMap(({ prelude }) => prelude)),
      ...mutations.map(({ sql }) => sql),
    ]);
    if (unfit !== undefined) return undefined;
    const result = await ask(client, check, context, mutations);
    if (result === undefined || tells(result)) return undefined;
    const planted = Map.groupBy(mutations, ({ location }) => location);
    for (const [location, of] of planted) {
      if (rowsAt(result, location) - rowsAt(clean, location) !== of.length) return undefined;
    }
    return mutations.map(({ location }) => ({ is: 'killed', messages: messagesAt(result, location) }));
  });
}

async function tryAlone(
  client: pg.Client,
  mutation: Mutation,
  { check, clean }: Opponent,
  context: SanitizeContext,
): Promise<Fate> {
  const { prelude, sql, location } = mutation;
  return rolledBack(client, async () => {
    const unfit = await arm(client, [...prelude, sql]);
    if (unfit !== undefined) return unfit;
    const result = await ask(client, check, context, [mutation]);
    if (result === undefined) return { is: 'untried', because: 'the check did not answer' };
    const messages = messagesAt(result, location);
    const answer = result.status;
    if (messages.length === 0) return { is: 'survived', because: `the check answered: ${answer}`, answer };
    if (tells(result)) return { is: 'survived', because: 'the check repeated what was planted', answer };
    if (messagesAt(clean, location).length > 0 && rowsAt(result, location) <= rowsAt(clean, location)) {
      return { is: 'untried', because: 'it is named without any mutation' };
    }
    return { is: 'killed', messages };
  });
}

async function ask(
  client: pg.Client,
  check: Opponent['check'],
  context: SanitizeContext,
  mutations: readonly Mutation[],
): Promise<CheckResult | undefined> {
  const known = mutations.some(changesColumns) ? undefined : context.session.schema;
  const session = await sessionWithin(client, known);
  const [result] = await runChecks([check], { ...context, session });
  return result;
}

/** Why it could not be done, if it could not. Constraints between tables, which no rule reads, do not stand in its way. */
async function arm(client: pg.Client, statements: readonly string[]): Promise<Fate | undefined> {
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    const results = [await client.query(statements.join(';\n'))].flat();
    const writing = results.filter(({ command }) => /^(INSERT|UPDATE|DELETE)$/.test(command));
    const rows = writing.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
    if (writing.length > 0 && rows === 0) return { is: 'not-applicable', because: 'there is no row of that kind' };
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '42P01' || code === '42703') {
      return { is: 'not-applicable', because: 'the database has no such table or column' };
    }
    if (code !== undefined) return { is: 'untried', because: `the database would not take it (SQLSTATE ${code})` };
    throw new InfrastructureError('selftest-lost', 'The connection to the scratch database was lost.', {
      next: 'Look for memory and disk on the machine that runs the containers, and run it again.',
      cause: error,
    });
  }
}

function findingsAt(result: CheckResult, location: string) {
  return result.status === 'failed' ? result.findings.filter((finding) => finding.location === location) : [];
}

export function messagesAt(result: CheckResult, location: string): readonly string[] {
  return findingsAt(result, location).map(({ message }) => message);
}

/** One row may be wrong in more than one way. */
function rowsAt(result: CheckResult, location: string): number {
  return Math.max(0, ...findingsAt(result, location).map(({ count = 0 }) => count));
}

function changesColumns({ prelude, sql }: Mutation): boolean {
  return [...prelude, sql].some((each) => !each.startsWith('DO ') && /\b(CREATE|ALTER|DROP)\b/.test(each));
}

const PLANTED = [...SECRETS, ...PERSON].map((value) => value.toLowerCase());

function tells(result: CheckResult): boolean {
  const said = JSON.stringify(result).toLowerCase();
  return PLANTED.some((value) => said.includes(value));
}
