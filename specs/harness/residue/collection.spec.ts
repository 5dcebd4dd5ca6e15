import { expect, test } from 'vitest';
import { Collection } from '../../../harness/residue/collection.ts';
import { newKeys } from '../../../harness/residue/fingerprint.ts';
import { ENTRY_LENGTH, readEntry } from '../../../harness/residue/fingerprint-file.ts';

const collection = (leftOut: readonly string[] = []) =>
  new Collection(newKeys('a key for this specification').keys, new Set(leftOut));

function strengths(collected: Collection): boolean[] {
  const entries = collected.entries();
  return Array.from(
    { length: entries.length / ENTRY_LENGTH },
    (_, index) => readEntry(entries, index * ENTRY_LENGTH).strong,
  );
}

test('a name that is left out is left out in every way to write it', () => {
  const collected = collection(['public user']);
  collected.add('name', 'Public user');
  expect(collected.size).toBe(0);
});

test.each([
  [50, true],
  [51, false],
])('a name that %i records bear is strong: %s', (bearers, strong) => {
  const collected = collection();
  for (let bearer = 0; bearer < bearers; bearer += 1) collected.add('name', 'Accounts Payable');
  expect(strengths(collected)).toEqual([strong, strong]);
});

test('a value that occurs again has one fingerprint', () => {
  const collected = collection();
  for (const value of ['anna@nordwind-handel.de', 'ANNA@nordwind-handel.de']) collected.add('email', value);
  expect(collected.size).toBe(1);
});
