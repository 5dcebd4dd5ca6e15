/** The part of the addons that one database tests. */
export type Shard = readonly string[];

/**
 * Spreads addons over at most `count` shards so that they take about equally long: the longest first, each to the shard
 * that has the least so far. What was never timed counts as the average of what was.
 */
export function spread(addons: readonly string[], seconds: ReadonlyMap<string, number>, count: number): Shard[] {
  const known = addons.flatMap((name) => seconds.get(name) ?? []);
  const average = known.length === 0 ? 1 : known.reduce((sum, each) => sum + each, 0) / known.length;
  const weigh = (name: string) => seconds.get(name) ?? average;
  const shards = Array.from({ length: Math.min(count, addons.length) }, () => ({ names: [] as string[], total: 0 }));
  for (const name of [...addons].sort((a, b) => weigh(b) - weigh(a) || (a < b ? -1 : 1))) {
    const [lightest] = shards.toSorted((a, b) => a.total - b.total);
    lightest?.names.push(name);
    if (lightest !== undefined) lightest.total += weigh(name);
  }
  return shards.map(({ names }) => names.sort());
}
