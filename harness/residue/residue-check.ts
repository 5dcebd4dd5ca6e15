import { type Check, type CheckOutcome, type Finding, failedUnlessEmpty, inconclusive } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import type { Progress } from '../progress.ts';
import type { Fingerprints } from './fingerprint-file.ts';
import { scanDatabase } from './scan-database.ts';
import type { Residue } from './scan-part.ts';

export interface ResidueContext {
  address: DatabaseAddress;
  fingerprints: Fingerprints;
  progress: Progress;
}

const WHAT: Readonly<Record<Residue['kind'], string>> = {
  name: 'names',
  street: 'streets',
  email: 'email addresses',
  phone: 'phone numbers',
  account: 'bank accounts',
  'tax-id': 'tax numbers',
  identity: 'numbers of identity documents',
};

/**
 * No value of production, of those that fingerprints were taken of, is left in any row of any table. Findings say where
 * and how many rows, never the value.
 */
export const residueCheck: Check<ResidueContext> = {
  id: 'sanitize.residue',
  title: "None of production's personal values is left in any table",
  severity: 'critical',
  needs: ['sql'],
  async run({ address, fingerprints, progress }): Promise<CheckOutcome> {
    const scan = await progress.step('look for values of production', (detail) =>
      scanDatabase(address, fingerprints, { detail }),
    );
    const strong = scan.residue.filter((each) => each.strong);
    const weak = scan.residue.filter((each) => !each.strong);
    if (strong.length === 0 && scan.unread.length > 0) return inconclusive(`not read: ${scan.unread.join('; ')}`);
    if (strong.length === 0 && weak.length > 0) progress.note(`sanitize.residue: ${sumUp(weak)}`);
    const findings = strong.map(findingOf);
    if (findings.length > 0 && weak.length > 0) findings.push({ message: sumUp(weak) });
    if (findings.length > 0)
      findings.push(...scan.unread.map((message) => ({ message: `could not tell: ${message}` })));
    return failedUnlessEmpty(findings, scan.values);
  },
};

function findingOf({ location, kind, rows }: Residue): Finding {
  return {
    message: `rows with ${WHAT[kind]} of production`,
    location,
    count: rows,
    fix: location.startsWith('pg_stats.')
      ? 'Run ANALYZE: these are samples that Postgres took before the values were replaced.'
      : 'Replace them, or empty the column: odoo-gate sanitize --anonymize knows the modules that docs/sanitize.md names.',
  };
}

/** What may be no more than common words. */
function sumUp(weak: readonly Residue[]): string {
  const rows = weak.reduce((sum, each) => sum + each.rows, 0);
  return `${rows} rows in ${new Set(weak.map(({ location }) => location)).size} columns hold words or short numbers that production's people have too`;
}
