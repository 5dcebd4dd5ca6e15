import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { consoleProgress } from '../../cli/progress.ts';

/** A stream that is no terminal, as in CI. */
function start() {
  const stream = Object.assign(new PassThrough(), { isTTY: false });
  const progress = consoleProgress(stream as unknown as NodeJS.WriteStream);
  return { progress, printed: () => String(stream.read() ?? '') };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const takes = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('a step says when it is done, and how long it took', async () => {
  const { progress, printed } = start();
  const step = progress.step('restore', () => takes(1_500));
  await vi.advanceTimersByTimeAsync(1_500);
  await step;
  expect(printed()).toBe('✔ restore 1.5 s\n');
});

test('a step that takes no time leaves no line', async () => {
  const { progress, printed } = start();
  await progress.step('look', async () => {});
  expect(printed()).toBe('');
});

test('a step gives back what its work gives', async () => {
  expect(await start().progress.step('count', async () => 42)).toBe(42);
});

test('a step that fails says so, however short, and passes the error on', async () => {
  const { progress, printed } = start();
  await expect(progress.step('restore', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(printed()).toBe('✘ restore 0.0 s\n');
});

test('a long step is heard of every ten seconds, with its last line of detail', async () => {
  const { progress, printed } = start();
  const step = progress.step('restore', (detail) => {
    detail('first\nsecond\n');
    return takes(25_000);
  });
  await vi.advanceTimersByTimeAsync(25_000);
  await step;
  expect(printed().split('\n')).toEqual([
    '… restore (10.0 s) second',
    '… restore (20.0 s) second',
    '✔ restore 25.0 s',
    '',
  ]);
});

test('steps that overlap are told each on its own', async () => {
  const { progress, printed } = start();
  const steps = [progress.step('one', () => takes(2_000)), progress.step('two', () => takes(1_000))];
  await vi.advanceTimersByTimeAsync(2_000);
  await Promise.all(steps);
  expect(printed()).toBe('✔ two 1.0 s\n✔ one 2.0 s\n');
});

test('after closing, nothing more is heard of a step that goes on', async () => {
  const { progress, printed } = start();
  void progress.step('restore', () => takes(60_000));
  progress.close();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(printed()).toBe('');
});
