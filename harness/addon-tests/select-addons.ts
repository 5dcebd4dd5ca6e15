import { UsageError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import type { Addon, ModuleGraph } from './addon.ts';
import { changesSince } from './changed-addons.ts';
import { dependentsOf } from './dependencies.ts';

/** Which addons to test: all, unless one of these says otherwise. */
export interface Wanted {
  modules?: readonly string[];
  /** A commit, branch or tag. */
  changedSince?: string;
}

/** Throws `UsageError('addon-unknown')` for a module that is not there. */
export async function selectAddons(
  addons: readonly Addon[],
  graph: ModuleGraph,
  { folders, modules, changedSince, progress }: Wanted & { folders: readonly string[]; progress: Progress },
): Promise<Addon[]> {
  const known = new Set(addons.map(({ name }) => name));
  const unknown = modules?.filter((name) => !known.has(name)) ?? [];
  if (unknown.length > 0) {
    throw new UsageError('addon-unknown', `There is no addon ${unknown.join(', ')} in ${folders.join(', ')}.`, {
      next: 'Correct --modules, or add its folder to --addons.',
    });
  }
  const named = addons.filter(({ name }) => modules?.includes(name) ?? true);
  if (changedSince === undefined) return named;
  const changes = await changesSince(changedSince, folders);
  if (changes.elsewhere > 0) {
    progress.note(`${changes.elsewhere} changed files are in no addon: what they change is not tested`);
  }
  const affected = new Set([...changes.addons, ...dependentsOf(graph, changes.addons)]);
  return named.filter(({ name }) => affected.has(name));
}
