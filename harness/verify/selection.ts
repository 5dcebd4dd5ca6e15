import { UsageError } from '../errors.ts';

/**
 * The ids that patterns choose (`*` stands for anything), in their own order; without patterns all of them.
 * Throws `UsageError('only')` for a pattern that chooses nothing.
 */
export function selectChecks(ids: readonly string[], patterns: readonly string[] | undefined): string[] {
  if (patterns === undefined) return [...ids];
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const expression = new RegExp(
      `^${pattern
        .trim()
        .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')}$`,
    );
    const matching = ids.filter((id) => expression.test(id));
    if (matching.length === 0) {
      throw new UsageError('only', `--only ${pattern} names no check.`, {
        next: `The checks here: ${ids.join(', ')}.`,
      });
    }
    for (const id of matching) chosen.add(id);
  }
  return ids.filter((id) => chosen.has(id));
}

/** The checks among these that are required. */
export function chosen<C extends { id: string }>(checks: readonly C[], required: readonly string[]): C[] {
  return checks.filter(({ id }) => required.includes(id));
}
