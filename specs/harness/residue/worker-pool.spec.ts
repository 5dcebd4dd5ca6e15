import { expect, test } from 'vitest';
import { type Lost, type PoolOptions, shareOut } from '../../../harness/residue/worker-pool.ts';

const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Answers each number with it, but does `bad` at 3. */
async function share(bad: string, options: Partial<PoolOptions> = {}): Promise<{ answered: number[]; lost: number[] }> {
  const source = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (number) => { if (number === 3) { ${bad} } parentPort.postMessage({ number }); });`;
  const script = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const answered: number[] = [];
  const lost: number[] = [];
  await shareOut(
    NUMBERS,
    { script, data: undefined, workers: 2, ...options },
    (answer: { number: number } | Lost, task) => {
      if ('lost' in answer) lost.push(task);
      else answered.push(answer.number);
    },
  );
  return { answered: answered.sort(), lost };
}

test('each task is answered once', async () => {
  expect(await share('')).toEqual({ answered: NUMBERS, lost: [] });
});

test.each<[string, string, Partial<PoolOptions>]>([
  ['ends its thread', 'process.exit()', {}],
  ['throws', "throw new Error('x')", {}],
  ['never ends', 'for (;;);', { timeoutMs: 2_000 }],
  ['fills the memory', 'const all = []; for (;;) all.push(new Array(1e5).fill(all.length));', { heapMb: 16 }],
])('a task that %s is lost alone', async (_title, bad, options) => {
  expect(await share(bad, options)).toEqual({ answered: NUMBERS.filter((number) => number !== 3), lost: [3] });
});
