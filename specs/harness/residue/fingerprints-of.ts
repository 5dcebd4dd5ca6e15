import { Collection } from '../../../harness/residue/collection.ts';
import { KINDS, type Kind, newKeys } from '../../../harness/residue/fingerprint.ts';
import { buildIndex, FingerprintIndex } from '../../../harness/residue/fingerprint-index.ts';
import { type OnMatch, Scanner } from '../../../harness/residue/scanner.ts';

/** A scanner that looks for these values. */
export function scannerWith(values: readonly (readonly [Kind, string])[], onMatch: OnMatch): Scanner {
  const { keys } = newKeys('a key for this specification');
  const collection = new Collection(keys, new Set());
  for (const [kind, value] of values) collection.add(kind, value);
  return new Scanner(keys, new FingerprintIndex(buildIndex(collection.entries())), onMatch);
}

/** Scans texts for these values; finds `name`, or `name?` where the match is weak. */
export function scannerFor(values: readonly (readonly [Kind, string])[]) {
  let found: string[] = [];
  const scanner = scannerWith(values, (kind, strong) => found.push(`${KINDS[kind]}${strong ? '' : '?'}`));
  return (text: string | Uint8Array, json = false): string[] => {
    found = [];
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    scanner.scan(bytes, 0, bytes.length, json);
    return [...new Set(found)].sort();
  };
}
