import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { UsageError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { newKeys } from './fingerprint.ts';
import { writeFingerprintFile } from './fingerprint-file.ts';
import { takeFingerprints } from './take-fingerprints.ts';

export interface FingerprintRequest {
  address: DatabaseAddress;
  secret: string;
  file: string;
  tool: string;
  progress: Progress;
}

export interface FingerprintSummary {
  file: string;
  /** Values that were read. */
  values: number;
  /** Fingerprints that were written, by kind. */
  fingerprints: Record<string, number>;
}

/** Writes production's fingerprints to a file; production is read in one read-only transaction, page by page. */
export async function fingerprintDatabase(request: FingerprintRequest): Promise<FingerprintSummary> {
  const { address, secret, file, tool, progress } = request;
  const { salt, keys } = newKeys(secret);
  const { entries, values } = await withReadOnlySession(address, async (session) => {
    if (!session.schema.has('res_partner', 'name') || !session.schema.has('ir_module_module')) {
      throw new UsageError('not-an-odoo-database', 'The database is not an Odoo: it has no partners or no modules.', {
        next: "Give production's own database with --database-url.",
      });
    }
    return takeFingerprints(session, keys, progress);
  });
  const { counts } = await writeFingerprintFile(file, { salt, keys, entries, tool, database: address.database });
  return { file, values, fingerprints: counts };
}
