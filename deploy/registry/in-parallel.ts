/**
 * Does `work` for each item, at most `width` at a time. After a failure nothing more is started, and what runs is waited
 * for: nothing goes on once the failure is told.
 */
export async function inParallel<Item>(
  width: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  const lane = async () => {
    for (let next = waiting.next(); !failed && !next.done; next = waiting.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const each of lanes) if (each.status === 'rejected') throw each.reason;
}
