import type { SanitizeContext } from '../sanitize-checks/context.ts';
import { addresses } from './by-hand/addresses.ts';
import { credentials } from './by-hand/credentials.ts';
import { mailAndJobs, mailAndJobsPlants } from './by-hand/mail-and-jobs.ts';
import { modulePlants } from './by-hand/modules.ts';
import { people, peoplePlants } from './by-hand/people.ts';
import { postgresMutations } from './by-hand/postgres.ts';
import { secrets } from './by-hand/secrets.ts';
import { strangers } from './by-hand/strangers.ts';
import { inventoryPlants, type OwnedRule, plantsOf } from './from-rules.ts';
import type { Mutation } from './mutation.ts';
import { mutationsOf } from './planting.ts';

/** Everything that a clone is armed with, each once: from the rules, from the inventory, and written by hand. */
export function allMutations(rules: readonly OwnedRule[], context: SanitizeContext, baseUrl: URL): Mutation[] {
  const { schema } = context.session;
  const plants = [
    ...plantsOf(rules),
    ...inventoryPlants(schema),
    ...mailAndJobsPlants,
    ...peoplePlants,
    ...modulePlants,
  ];
  const all = [
    ...secrets,
    ...strangers,
    ...plants.flatMap((plant) => mutationsOf(plant, schema)),
    ...mailAndJobs,
    ...addresses(baseUrl),
    ...credentials,
    ...people,
    ...postgresMutations,
  ];
  return [
    ...new Map(all.map((each) => [JSON.stringify([each.check, each.location, each.prelude, each.sql]), each])).values(),
  ];
}
