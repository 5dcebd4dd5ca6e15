import { afterAll, beforeAll } from 'vitest';
import { silentProgress } from '../../harness/progress.ts';
import { type RunContext, withRun } from '../../harness/stack/run-context.ts';

/** Registers hooks that set something up in a run of its own before the first test of a file; all of it is removed after the last. */
export function useInRun<T>(setUp: (context: RunContext) => Promise<T>): () => T {
  let made: { value: T } | undefined;
  const released = Promise.withResolvers<void>();
  let finished: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    const ready = Promise.withResolvers<void>();
    finished = withRun({ progress: silentProgress, signal: new AbortController().signal }, async (context) => {
      made = { value: await setUp(context) };
      ready.resolve();
      await released.promise;
    });
    await Promise.race([ready.promise, finished]);
  });
  afterAll(async () => {
    released.resolve();
    await finished;
  });

  return () => {
    if (made === undefined) throw new Error('it is there only within a test');
    return made.value;
  };
}
