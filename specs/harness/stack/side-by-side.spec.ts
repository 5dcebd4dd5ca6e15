import { once } from 'node:events';
import { expect, test } from 'vitest';
import { sideBySide } from '../../../harness/stack/side-by-side.ts';

const never = new AbortController().signal;

test('both results come back', async () => {
  expect(await sideBySide(never, () => [Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
});

test('a failure calls the other off, and is told when that has ended', async () => {
  const told: string[] = [];
  const running = sideBySide(never, (signal) => [
    Promise.reject(new Error('broken')),
    once(signal, 'abort').then(() => told.push('cleaned up')),
  ]);
  await expect(running).rejects.toThrow('broken');
  expect(told).toEqual(['cleaned up']);
});

test('the failure that came first is told, not what it led to', async () => {
  const running = sideBySide(never, (signal) => [
    once(signal, 'abort').then(() => Promise.reject(new Error('called off'))),
    Promise.reject(new Error('broken')),
  ]);
  await expect(running).rejects.toThrow('broken');
});

test('calling off from outside reaches both', async () => {
  const outside = new AbortController();
  const running = sideBySide(outside.signal, (signal) => [once(signal, 'abort'), once(signal, 'abort')]);
  outside.abort();
  expect(await running).toHaveLength(2);
});
