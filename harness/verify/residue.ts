import type { CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import type { Progress } from '../progress.ts';
import { type Fingerprints, readFingerprintFile } from '../residue/fingerprint-file.ts';
import { residueCheck } from '../residue/residue-check.ts';
import { runChecks } from '../run.ts';

/** Production's fingerprints, and the key that they were made with. Without them nobody can tell what is production's. */
export interface FingerprintSource {
  file: string;
  secret: string;
}

/** A whole day: a database may have terabytes. */
const TIMEOUT_MS = 24 * 3600_000;

/** The ids that `--fingerprint` adds. */
export function residueIds(source: FingerprintSource | undefined): string[] {
  return source === undefined ? [] : [residueCheck.id];
}

/** Opens the file, better before a restore than after it. */
export async function openFingerprints(source: FingerprintSource | undefined): Promise<Fingerprints | undefined> {
  return source === undefined ? undefined : readFingerprintFile(source.file, source.secret);
}

export async function lookForResidue(
  address: DatabaseAddress,
  fingerprints: Fingerprints | undefined,
  required: readonly string[],
  progress: Progress,
): Promise<CheckResult[]> {
  if (fingerprints === undefined || !required.includes(residueCheck.id)) return [];
  return runChecks([residueCheck], { address, fingerprints, progress }, { timeoutMs: TIMEOUT_MS });
}
