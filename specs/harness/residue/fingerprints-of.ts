import { Collection } from '../../../harness/residue/collection.ts';
import { KINDS, type Kind, newKeys } from '../../../harness/residue/fingerprint.ts';
import { buildIndex, FingerprintIndex } from '../../../harness/residue/fingerprint-index.ts';
import { Scanner } from '../../../harness/residue/scanner.ts';

const SECRET = 'a key for this specification';

/** Scans texts for the fingerprints of these values: `name`, or `name?` for a weak match. */
export function scannerFor(values: readonly (readonly [Kind, string])[]) {
  const { keys } = newKeys(SECRET);
  const collection = new Collection(keys, new Set());
  for (const [kind, value] of values) collection.add(kind, value);
  let found: string[] = [];
  const index = new FingerprintIndex(buildIndex(collection.entries()));
  const scanner = new Scanner(keys, index, (kind, strong) => found.push(`${KINDS[kind]}${strong ? '' : '?'}`));
  return (text: string | Uint8Array, json = false): string[] => {
    found = [];
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    scanner.scan(bytes, 0, bytes.length, json);
    return [...new Set(found)].sort();
  };
}
