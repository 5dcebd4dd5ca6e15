import { type Check, type CheckOutcome, type Finding, failedUnlessEmpty, inconclusive } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import type { Progress } from '../progress.ts';
import type { Fingerprints } from './fingerprint-file.ts';
import { scanDatabase } from './scan-database.ts';
import { scanFilestore } from './scan-filestore.ts';
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
    if (strong.length === 0 && scan.unread.length > 0) return inconclusive(`not read: ${some(scan.unread)}`);
    if (strong.length === 0 && weak.length > 0) progress.note(`sanitize.residue: ${sumUp(weak)}`);
    const findings = strong.map(findingOf);
    if (findings.length > 0 && weak.length > 0) findings.push({ message: sumUp(weak) });
    if (findings.length > 0 && scan.unread.length > 0)
      findings.push({ message: `could not tell: ${some(scan.unread)}` });
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

const MOST_NAMED = 8;

/** Where a server goes away nothing can be read any more. */
function some(unread: readonly string[]): string {
  const named = unread.slice(0, MOST_NAMED).join('; ');
  return unread.length > MOST_NAMED ? `${named}; and ${unread.length - MOST_NAMED} more` : named;
}

/** What may be no more than common words. */
function sumUp(weak: readonly Residue[]): string {
  const rows = weak.reduce((sum, each) => sum + each.rows, 0);
  return `${rows} rows in ${new Set(weak.map(({ location }) => location)).size} columns hold words or short numbers that production's people have too`;
}

export interface ResidueFilesContext {
  filestore: string;
  fingerprints: Fingerprints;
  progress: Progress;
}

/** The same of the files. A file of which part can't be read proves nothing: then it could not tell. */
export const residueFilesCheck: Check<ResidueFilesContext> = {
  id: 'sanitize.residue-files',
  title: "None of production's personal values is left in the filestore",
  severity: 'critical',
  needs: ['filestore'],
  async run({ filestore, fingerprints, progress }): Promise<CheckOutcome> {
    const { files, unread, residue } = await progress.step('look for values of production in files', (detail) =>
      scanFilestore(filestore, fingerprints, detail),
    );
    if (files === 0) return inconclusive('the filestore has no file');
    const untold = `${unread} of ${files} files can't be read to the end: encrypted, broken, glyphs without letters, or an old format`;
    if (residue.length === 0) return unread > 0 ? inconclusive(untold) : failedUnlessEmpty([], files);
    const findings: Finding[] = residue.map(({ kind, files: count }) => ({
      message: `files with ${WHAT[kind]} of production`,
      location: 'filestore',
      count,
      fix: "Delete them, with their attachments: the copy needs no one's documents.",
    }));
    return failedUnlessEmpty(unread > 0 ? [...findings, { message: `could not tell: ${untold}` }] : findings, files);
  },
};
