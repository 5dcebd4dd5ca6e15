import type pg from 'pg';
import type { CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { runChecks } from '../run.ts';
import { type SanitizeOptions, sanitizeContext } from '../sanitize-checks/context.ts';
import { fixedPoint } from '../sanitize-checks/fixed-point/fixed-point.ts';
import { secretCensus } from '../sanitize-checks/secrets/census.ts';
import type { ModuleCode } from '../stack/module-code.ts';
import type { Mutation } from './mutation.ts';
import { plantForGood } from './residue-places.ts';

/** How many places that hold a credential or a wire would be seen without the rule that names them. */
export interface SecondNets {
  places: number;
  /** By the census of secrets, told of no rule at all. */
  census: number;
  /** By the modules' own neutralization; undefined where their code is not known. */
  fixedPoint: number | undefined;
  /** Where the rule stands alone. */
  ruleAlone: readonly string[];
}

/** Arms all at once and asks the checks that know of no rule. */
export async function castSecondNets(
  clone: DatabaseAddress,
  client: pg.Client,
  caught: readonly Mutation[],
  modules: ModuleCode | { unknown: string },
  options: SanitizeOptions,
): Promise<SecondNets> {
  const oneAPlace = new Map(caught.map((mutation) => [mutation.location, mutation]));
  const planted = await plantForGood(client, [...oneAPlace.values()]);
  const places = new Set([...planted].map(({ location }) => location));
  const census = await withReadOnlySession(clone, async (session) =>
    runChecks([secretCensus([], false)], await sanitizeContext(session, options)),
  );
  const known = !('unknown' in modules);
  const neutral = known ? await runChecks([fixedPoint], { address: clone, modules }) : [];
  const [byCensus, byFixedPoint] = [locationsOf(census), locationsOf(neutral)];
  return {
    places: places.size,
    census: [...places].filter((place) => byCensus.has(place)).length,
    fixedPoint: known ? [...places].filter((place) => byFixedPoint.has(place)).length : undefined,
    ruleAlone: [...places].filter((place) => !byCensus.has(place) && !byFixedPoint.has(place)).sort(),
  };
}

function locationsOf(results: readonly CheckResult[]): ReadonlySet<string | undefined> {
  return new Set(
    results.flatMap((each) => (each.status === 'failed' ? each.findings : [])).map(({ location }) => location),
  );
}
