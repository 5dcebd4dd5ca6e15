import type pg from 'pg';
import type { SanitizeContext } from '../sanitize-checks/context.ts';
import type { Fate, Mutation } from './mutation.ts';
import { type Opponent, tryMutations } from './try-mutation.ts';

/** Tries mutations on as many connections as are given, each to a clone of its own; fates stand in the order of the mutations. */
export async function tryAll(
  signal: AbortSignal,
  clients: readonly pg.Client[],
  mutations: readonly Mutation[],
  opponents: ReadonlyMap<string, Opponent>,
  context: SanitizeContext,
  detail: (text: string) => void,
): Promise<ReadonlyMap<Mutation, Fate>> {
  const fates = new Map<Mutation, Fate>();
  const groups = Map.groupBy(mutations, (mutation) => mutation.group ?? mutation);
  const waiting = groups.values();
  await Promise.all(
    clients.map(async (client) => {
      for (const group of waiting) {
        signal.throwIfAborted();
        const opponent = opponents.get(group[0]?.check ?? '');
        if (opponent === undefined) continue;
        const found = await tryMutations(client, group, opponent, context);
        found.forEach((fate, index) => {
          const mutation = group[index];
          if (mutation !== undefined) fates.set(mutation, fate);
        });
        detail(`${fates.size} of ${mutations.length}`);
      }
    }),
  );
  return new Map(
    mutations.flatMap((mutation) => {
      const fate = fates.get(mutation);
      return fate === undefined ? [] : [[mutation, fate] as const];
    }),
  );
}
