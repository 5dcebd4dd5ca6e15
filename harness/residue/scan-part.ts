import { gunzipSync } from 'node:zlib';
import type pg from 'pg';
import { copyRows } from './copy-rows.ts';
import { type FingerprintKeys, KINDS, type Kind } from './fingerprint.ts';
import type { FingerprintIndex } from './fingerprint-index.ts';
import type { Part } from './readable-columns.ts';
import { Scanner } from './scanner.ts';

/** How many rows of a column hold values of a kind. */
export interface Residue {
  location: string;
  kind: Kind;
  strong: boolean;
  rows: number;
}

export interface Scanned {
  rows: number;
  values: number;
  bytes: number;
  residue: Residue[];
}

const KEYS_A_COLUMN = 2 * KINDS.length;

/** Scans every row of a part; nothing but counts leaves. */
export async function scanPart(
  client: pg.Client,
  part: Part,
  keys: FingerprintKeys,
  index: FingerprintIndex,
): Promise<Scanned> {
  const scanned: Scanned = { rows: 0, values: 0, bytes: 0, residue: [] };
  const counts = new Float64Array(part.columns.length * KEYS_A_COLUMN);
  const lastRow = new Float64Array(counts.length);
  let current = 0;
  const scanner = new Scanner(keys, index, (kind, strong) => {
    const key = current * KEYS_A_COLUMN + 2 * kind + (strong ? 1 : 0);
    if (lastRow[key] === scanned.rows) return;
    lastRow[key] = scanned.rows;
    counts[key] = (counts[key] ?? 0) + 1;
  });
  await copyRows(
    client,
    part.select,
    (column, bytes, start, end) => {
      current = column;
      scanned.values += 1;
      scanned.bytes += end - start;
      const form = part.columns[column]?.form;
      scanner.scan(bytes, start, end, form === 'json');
      if (form === 'bytes') scanUnpacked(scanner, bytes.subarray(start, end));
    },
    () => {
      scanned.rows += 1;
    },
  );
  part.columns.forEach(({ name }, column) => {
    KINDS.forEach((kind, kindIndex) => {
      for (const strong of [false, true]) {
        const rows = counts[column * KEYS_A_COLUMN + 2 * kindIndex + (strong ? 1 : 0)] ?? 0;
        if (rows > 0) scanned.residue.push({ location: `${part.table}.${name}`, kind, strong, rows });
      }
    });
  });
  return scanned;
}

const MOST_UNPACKED = 64 * 1024 * 1024;

/** Bytes in a column that are gzip. */
function scanUnpacked(scanner: Scanner, bytes: Uint8Array): void {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return;
  const unpacked = gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED });
  scanner.scan(unpacked, 0, unpacked.length);
}
