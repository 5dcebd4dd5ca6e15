import type { Check, CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { type RunChecksOptions, runChecks } from '../run.ts';
import type { SanitizeContext } from './context.ts';

/** They read every table: half of the time of all checks together. */
const CENSUSES: readonly string[] = ['sanitize.secrets', 'sanitize.shapes'];

/**
 * Runs the checks on one moment of a database: the censuses on a connection of their own, beside the others. Results are
 * in the order of the checks. Where the moment can't be shared (a standby, no connection left) one comes after the other.
 */
export async function askOfOneMoment(
  checks: readonly Check<SanitizeContext>[],
  context: SanitizeContext,
  address: DatabaseAddress,
  options: Pick<RunChecksOptions, 'onResult'> = {},
): Promise<CheckResult[]> {
  const censuses = checks.filter(({ id }) => CENSUSES.includes(id));
  const others = checks.filter(({ id }) => !CENSUSES.includes(id));
  const [beside, results] = await Promise.all([
    besideTheOthers(censuses, context, address, options),
    runChecks(others, context, options),
  ]);
  results.push(...(beside ?? (await runChecks(censuses, context, options))));
  return checks.flatMap(({ id }) => results.find((result) => result.id === id) ?? []);
}

/** undefined when there is no second connection to the same moment. */
async function besideTheOthers(
  checks: readonly Check<SanitizeContext>[],
  context: SanitizeContext,
  address: DatabaseAddress,
  options: Pick<RunChecksOptions, 'onResult'>,
): Promise<CheckResult[] | undefined> {
  const { snapshot } = context.session;
  if (checks.length === 0 || snapshot === undefined) return undefined;
  try {
    return await withReadOnlySession(address, (session) => runChecks(checks, { ...context, session }, options), {
      snapshot,
    });
  } catch {
    return undefined;
  }
}
