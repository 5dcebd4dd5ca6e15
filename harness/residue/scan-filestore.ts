import { opendir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FileAnswer, FileWorkerData } from './file-worker.ts';
import { KINDS, type Kind } from './fingerprint.ts';
import type { Fingerprints } from './fingerprint-file.ts';
import { buildIndex } from './fingerprint-index.ts';
import { defaultWorkers, type Lost, shareOut } from './worker-pool.ts';

export interface FilestoreScan {
  files: number;
  /** Of which part can't be read: packed in a way that is not known, broken, or too large or slow to unpack. */
  unread: number;
  bytes: number;
  /** Kind → number of files with such values. */
  residue: { kind: Kind; files: number }[];
}

/** What one file may take: a document that is made to unpack forever must not hold up the others. */
const FILE_TIMEOUT_MS = 2 * 60_000;
const HEAP_MB = 192;
const SCRIPT = new URL(`./file-worker${extname(import.meta.url)}`, import.meta.url);

/** Scans every file of a folder, whatever its name; those that no attachment names any more are the worst kept secret. */
export async function scanFilestore(
  folder: string,
  fingerprints: Fingerprints,
  detail: (text: string) => void = () => {},
): Promise<FilestoreScan> {
  const scan: FilestoreScan = { files: 0, unread: 0, bytes: 0, residue: [] };
  const counts = new Map<number, number>();
  const { secret, salt } = fingerprints;
  const data: FileWorkerData = { secret, salt, index: buildIndex(fingerprints.entries) };
  const take = (answer: FileAnswer | Lost) => {
    if ('lost' in answer || answer.read === 'unread') scan.unread += 1;
    if ('lost' in answer) return;
    scan.bytes += answer.bytes;
    for (const kind of answer.kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (scan.files % 50 === 0) detail(`${scan.files} files, ${Math.round(scan.bytes / 1e6)} MB`);
  };
  const options = {
    script: SCRIPT,
    data,
    workers: defaultWorkers(),
    timeoutMs: FILE_TIMEOUT_MS,
    heapMb: HEAP_MB,
  };
  await shareOut<string, FileAnswer>(filesOf(folder, scan), options, take);
  scan.residue = [...counts].flatMap(([kind, files]) => {
    const name = KINDS[kind];
    return name === undefined ? [] : [{ kind: name, files }];
  });
  return scan;
}

async function* filesOf(folder: string, scan: FilestoreScan): AsyncGenerator<string> {
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isDirectory()) continue;
    scan.files += 1;
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
    // A link may lead anywhere.
    else scan.unread += 1;
  }
}
