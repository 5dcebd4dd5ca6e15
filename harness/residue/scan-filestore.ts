import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { deriveKeys, KINDS, type Kind } from './fingerprint.ts';
import type { Fingerprints } from './fingerprint-file.ts';
import { buildIndex, FingerprintIndex } from './fingerprint-index.ts';
import { scanFile } from './scan-file.ts';
import { Scanner } from './scanner.ts';

export interface FilestoreScan {
  files: number;
  /** Of which part is packed in a way that can't be read. */
  unread: number;
  bytes: number;
  /** Kind → number of files with such values. */
  residue: { kind: Kind; files: number }[];
}

/** Scans every file of a folder, whatever its name; those that no attachment names any more are the worst kept secret. */
export async function scanFilestore(
  folder: string,
  fingerprints: Fingerprints,
  detail: (text: string) => void = () => {},
): Promise<FilestoreScan> {
  const scan: FilestoreScan = { files: 0, unread: 0, bytes: 0, residue: [] };
  const counts = new Map<number, number>();
  let found = new Set<number>();
  const keys = deriveKeys(fingerprints.secret, fingerprints.salt);
  const index = new FingerprintIndex(buildIndex(fingerprints.entries));
  const scanner = new Scanner(keys, index, (kind, strong) => {
    if (strong) found.add(kind);
  });
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isDirectory()) continue;
    scan.files += 1;
    // A link may lead anywhere.
    if (!entry.isFile()) {
      scan.unread += 1;
      continue;
    }
    found = new Set();
    const { read, bytes } = await scanFile(scanner, join(entry.parentPath, entry.name));
    scan.bytes += bytes;
    if (read === 'unread') scan.unread += 1;
    for (const kind of found) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (scan.files % 50 === 0) {
      detail(`${scan.files} files, ${Math.round(scan.bytes / 1e6)} MB`);
      await breathe();
    }
  }
  scan.residue = [...counts].flatMap(([kind, files]) => {
    const name = KINDS[kind];
    return name === undefined ? [] : [{ kind: name, files }];
  });
  return scan;
}
