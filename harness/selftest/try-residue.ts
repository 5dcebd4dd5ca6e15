import type pg from 'pg';
import type { CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import type { Progress } from '../progress.ts';
import { residueCheck } from '../residue/residue-check.ts';
import { runChecks } from '../run.ts';
import type { SanitizeContext } from '../sanitize-checks/context.ts';
import type { Fate, Mutation } from './mutation.ts';
import { fingerprintsOfSomeone, plantForGood, residueMutations } from './residue-places.ts';
import { messagesAt } from './try-mutation.ts';

/** All at once, and one scan before and after: a scan reads everything, and tells each place from the other. */
export async function tryResidue(
  clone: DatabaseAddress,
  client: pg.Client,
  context: SanitizeContext,
  progress: Progress,
): Promise<{ clean: CheckResult[]; tried: (Mutation & { fate: Fate })[] }> {
  const fingerprints = fingerprintsOfSomeone();
  const scan = () => runChecks([residueCheck], { address: clone, fingerprints, progress });
  const clean = await scan();
  const mutations = residueMutations(context.session.schema);
  const planted = await plantForGood(client, mutations);
  const [found] = await scan();
  const tried = mutations.map((mutation): Mutation & { fate: Fate } => {
    if (!planted.has(mutation))
      return { ...mutation, fate: { is: 'untried', because: 'the database would not take it' } };
    const messages = found === undefined ? [] : messagesAt(found, mutation.location);
    const answer = found?.status ?? 'inconclusive';
    return {
      ...mutation,
      fate:
        messages.length > 0
          ? { is: 'killed', messages }
          : { is: 'survived', because: 'nothing was found there', answer },
    };
  });
  return { clean, tried };
}
