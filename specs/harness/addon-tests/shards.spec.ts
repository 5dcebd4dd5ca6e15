import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from '../../../harness/addon-tests/shards.ts';

test('the slowest addon stands alone where the others together take as long', () => {
  const seconds = new Map([
    ['slow', 10],
    ['quick', 4],
    ['small', 3],
    ['tiny', 3],
  ]);
  expect(spread([...seconds.keys()], seconds, 2)).toEqual([['slow'], ['quick', 'small', 'tiny']]);
});

test('what was never timed counts as the average', () => {
  expect(
    spread(
      ['new', 'one', 'two'],
      new Map([
        ['one', 2],
        ['two', 4],
      ]),
      2,
    ),
  ).toEqual([['two'], ['new', 'one']]);
});

test('there is no empty shard', () => {
  expect(spread(['one'], new Map(), 8)).toEqual([['one']]);
});

test('every addon is in one shard', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(names, fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (addons, times, count) => {
      const seconds = new Map(
        addons.flatMap((name, index) => (index < times.length ? [[name, times[index] ?? 0]] : [])),
      );
      expect(spread(addons, seconds, count).flat().sort()).toEqual([...addons].sort());
    }),
  );
});
