import { extname } from 'node:path';
import { connect, type DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import type { Fingerprints } from './fingerprint-file.ts';
import { buildIndex } from './fingerprint-index.ts';
import { type Part, readableParts } from './readable-columns.ts';
import type { Residue } from './scan-part.ts';
import type { WorkerAnswer, WorkerTask } from './scan-worker.ts';
import { defaultWorkers, type Lost, shareOut } from './worker-pool.ts';

export interface DatabaseScan {
  tables: number;
  rows: number;
  values: number;
  bytes: number;
  residue: Residue[];
  /** What could not be read, and why. */
  unread: string[];
}

const SCRIPT = new URL(`./scan-worker${extname(import.meta.url)}`, import.meta.url);
const MB = 1e6;

/** Scans every row of every table of one moment, several parts at a time, and never writes. */
export async function scanDatabase(
  address: DatabaseAddress,
  fingerprints: Fingerprints,
  { detail = () => {}, workers = defaultWorkers() }: ScanOptions = {},
): Promise<DatabaseScan> {
  const parts = await withReadOnlySession(address, readableParts);
  const leader = await connect(address, 'odoo-gate residue');
  try {
    await leader.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const task: WorkerTask = {
      address,
      snapshot: await exportSnapshot(leader),
      secret: fingerprints.secret,
      salt: fingerprints.salt,
      index: buildIndex(fingerprints.entries),
    };
    return await scanParts(task, parts, workers, detail);
  } finally {
    await leader.end().catch(() => {});
  }
}

export interface ScanOptions {
  detail?(text: string): void;
  workers?: number;
}

/** A standby can't export one; nobody writes there either. */
async function exportSnapshot(leader: Awaited<ReturnType<typeof connect>>): Promise<string | undefined> {
  const { rows } = await leader.query<{ snapshot: string | null }>(
    'SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_export_snapshot() END AS snapshot',
  );
  return rows[0]?.snapshot ?? undefined;
}

async function scanParts(
  task: WorkerTask,
  parts: readonly Part[],
  workers: number,
  detail: (text: string) => void,
): Promise<DatabaseScan> {
  const scan: DatabaseScan = {
    tables: new Set(parts.map(({ table }) => table)).size,
    rows: 0,
    values: 0,
    bytes: 0,
    residue: [],
    unread: [],
  };
  const residue = new Map<string, Residue>();
  const started = performance.now();
  let done = 0;
  const take = (answer: WorkerAnswer | Lost, part: Part) => {
    done += 1;
    if (!('scanned' in answer)) {
      // Postgres' own message may quote a row.
      const code = 'failure' in answer ? answer.failure.code : undefined;
      scan.unread.push(`${part.table}: ${code === undefined ? 'could not be read' : `SQLSTATE ${code}`}`);
      return;
    }
    const { scanned } = answer;
    scan.rows += scanned.rows;
    scan.values += scanned.values;
    scan.bytes += scanned.bytes;
    for (const each of scanned.residue) add(residue, each);
    const speed = scan.bytes / MB / ((performance.now() - started) / 1000);
    detail(`${done} of ${parts.length} parts, ${Math.round(scan.bytes / MB)} MB, ${Math.round(speed)} MB/s`);
  };
  await shareOut(parts, { script: SCRIPT, data: task, workers: Math.min(workers, parts.length) }, take);
  scan.residue = [...residue.values()].sort((a, b) => b.rows - a.rows);
  scan.unread = [...new Set(scan.unread)];
  return scan;
}

function add(residue: Map<string, Residue>, each: Residue): void {
  const key = `${each.location} ${each.kind} ${each.strong}`;
  const known = residue.get(key);
  if (known === undefined) residue.set(key, { ...each });
  else known.rows += each.rows;
}
