import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Check,
  type CheckOutcome,
  type Finding,
  failedUnlessEmpty,
  inconclusive,
  notApplicable,
} from '../check.ts';
import type { ReadOnlySession } from '../database/read-only.ts';
import { hashOf } from './streams.ts';

export interface FilestoreContext {
  session: ReadOnlySession;
  /** The folder that holds `ab/ab12…`. */
  filestore: string;
  /** Read each file and hold it against its SHA-1, not only its size. */
  hash?: boolean;
}

const PAGE = 5_000;
const AT_ONCE = 32;
const STORE_FNAME = /^[0-9a-f]{2,3}\/[0-9a-f]{40}$/;

const TROUBLES = {
  missing: ['are missing', 'Restore the filestore that was backed up after this dump, with all its files.'],
  size: ['have another size than the database says', 'Restore the filestore again from the same backup as the dump.'],
  content: ['are not what their name (SHA-1) says', 'Restore the filestore again from the same backup as the dump.'],
  malformed: ['have a name that Odoo would not give', 'Look at ir_attachment.store_fname: something else wrote it.'],
} as const;

type Trouble = keyof typeof TROUBLES;

/**
 * Each attachment that the database keeps in the filestore is there, with its size. Odoo starts without them and serves
 * a broken client. Counts only: names of attachments may be personal.
 */
export const filestoreComplete: Check<FilestoreContext> = {
  id: 'backup.filestore-complete',
  title: 'The filestore holds every attachment of the database',
  severity: 'critical',
  needs: ['sql', 'filestore'],
  run: verifyFilestore,
};

async function verifyFilestore({ session, filestore, hash = false }: FilestoreContext): Promise<CheckOutcome> {
  if (!session.schema.has('ir_attachment', 'store_fname')) {
    return inconclusive('the database has no ir_attachment.store_fname');
  }
  const counts = new Map<Trouble, number>();
  let assertions = 0;
  for await (const files of expectedFiles(session)) {
    for (let start = 0; start < files.length; start += AT_ONCE) {
      const batch = files.slice(start, start + AT_ONCE);
      for (const trouble of await Promise.all(batch.map((file) => troubleWith(file, filestore, hash)))) {
        if (trouble !== undefined) counts.set(trouble, (counts.get(trouble) ?? 0) + 1);
      }
    }
    assertions += files.length;
  }
  if (assertions === 0) return notApplicable('no attachment of this database is kept in the filestore');
  return failedUnlessEmpty(
    [...counts].map(([trouble, count]) => findingOf(trouble, count, assertions)),
    assertions,
  );
}

interface ExpectedFile {
  name: string;
  /** Undefined where attachments disagree or none says: then only its presence is looked at. */
  size: number | undefined;
}

async function* expectedFiles(session: ReadOnlySession): AsyncGenerator<ExpectedFile[]> {
  for (let after = ''; ; ) {
    const rows = await session.query<{ name: string; smallest: string | null; largest: string | null }>(
      `SELECT store_fname AS name, min(file_size) AS smallest, max(file_size) AS largest FROM ir_attachment
        WHERE store_fname > $1 GROUP BY store_fname ORDER BY store_fname LIMIT ${PAGE}`,
      [after],
    );
    if (rows.length === 0) return;
    yield rows.map(({ name, smallest, largest }) => ({
      name,
      size: smallest !== null && smallest === largest ? Number(smallest) : undefined,
    }));
    after = rows.at(-1)?.name ?? '';
  }
}

async function troubleWith(
  { name, size }: ExpectedFile,
  filestore: string,
  hash: boolean,
): Promise<Trouble | undefined> {
  if (!STORE_FNAME.test(name)) return 'malformed';
  const path = join(filestore, name);
  try {
    const found = await lstat(path);
    if (!found.isFile()) return 'missing';
    if (size !== undefined && found.size !== size) return 'size';
    if (hash && !name.endsWith(`/${await hashOf('sha1', createReadStream(path))}`)) return 'content';
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw error;
  }
}

function findingOf(trouble: Trouble, count: number, total: number): Finding {
  const [what, fix] = TROUBLES[trouble];
  return {
    message: `${count} of ${total} files of the filestore ${what}`,
    location: 'ir_attachment.store_fname',
    count,
    fix,
  };
}
