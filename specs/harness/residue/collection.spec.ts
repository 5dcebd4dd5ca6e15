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

test('many thousands of values are each found again, in an order of their own', () => {
  const collected = collection();
  const addresses = Array.from({ length: 20_000 }, (_, index) => `person${index}@nordwind-handel.de`);
  for (const address of [...addresses, ...addresses]) collected.add('email', address);
  const entries = collected.entries();
  const macs = addresses.map((_, index) => entries.toString('hex', index * ENTRY_LENGTH, index * ENTRY_LENGTH + 16));
  expect(new Set(macs).size).toBe(20_000);
  expect(macs).toEqual(macs.toSorted());
});
