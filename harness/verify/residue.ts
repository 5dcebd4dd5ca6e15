import type { Check, CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import type { Progress } from '../progress.ts';
import { type Fingerprints, readFingerprintFile } from '../residue/fingerprint-file.ts';
import { residueCheck, residueFilesCheck } from '../residue/residue-check.ts';
import { runChecks } from '../run.ts';

/** Production's fingerprints, and the key that they were made with. Without them nobody can tell what is production's. */
export interface FingerprintSource {
  file: string;
  secret: string;
}

/** A whole day: a database may have terabytes. */
const TIMEOUT_MS = 24 * 3600_000;

/** The ids that `--fingerprint` adds; files are looked into where there is a filestore. */
export function residueIds(source: FingerprintSource | undefined, filestore: boolean): string[] {
  if (source === undefined) return [];
  return filestore ? [residueCheck.id, residueFilesCheck.id] : [residueCheck.id];
}

/** Opens the file, better before a restore than after it. */
export async function openFingerprints(source: FingerprintSource | undefined): Promise<Fingerprints | undefined> {
  return source === undefined ? undefined : readFingerprintFile(source.file, source.secret);
}

export async function lookForResidue(
  { address, filestore }: { address: DatabaseAddress; filestore?: string | undefined },
  fingerprints: Fingerprints | undefined,
  required: readonly string[],
  progress: Progress,
): Promise<CheckResult[]> {
  if (fingerprints === undefined) return [];
  const options = { timeoutMs: TIMEOUT_MS };
  const chosen = <Context>(check: Check<Context>) => (required.includes(check.id) ? [check] : []);
  const results = await runChecks(chosen(residueCheck), { address, fingerprints, progress }, options);
  if (filestore === undefined) return results;
  return [...results, ...(await runChecks(chosen(residueFilesCheck), { filestore, fingerprints, progress }, options))];
}
