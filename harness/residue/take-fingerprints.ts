import type { ReadOnlySession } from '../database/read-only.ts';
import { InfrastructureError, UsageError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { Collection } from './collection.ts';
import type { FingerprintKeys, Kind } from './fingerprint.ts';
import { wordsOf } from './forms.ts';
import { ODOO_NAMES, PERSONAL_COLUMNS, PUBLIC_OF_OWN_COMPANIES } from './personal-columns.ts';

const PAGE = 5_000;

/**
 * Reads production's personal values, page by page, and keeps of each only its keyed fingerprints. Throws where a value
 * can't be read: a list with gaps would let what it lacks pass.
 */
export async function takeFingerprints(
  session: ReadOnlySession,
  keys: FingerprintKeys,
  progress: Progress,
): Promise<{ entries: Buffer; values: number }> {
  const collected = new Collection(keys, await publicNames(session));
  let values = 0;
  for (const [table, columns] of Object.entries(PERSONAL_COLUMNS)) {
    const present = Object.entries(columns).filter(([column]) => session.schema.has(table, column));
    if (present.length === 0) continue;
    values += await progress.step(`fingerprint ${table}`, (detail) =>
      readTable(session, table, present, (kind, value) => collected.add(kind, value), detail),
    );
  }
  if (collected.size === 0) {
    throw new UsageError('fingerprint-empty', 'The database has no personal value to take a fingerprint of.', {
      next: "Give production's own database with --database-url.",
    });
  }
  return { entries: collected.entries(), values };
}

async function readTable(
  session: ReadOnlySession,
  table: string,
  columns: readonly (readonly [string, Kind])[],
  take: (kind: Kind, value: string) => void,
  detail: (text: string) => void,
): Promise<number> {
  const own = session.schema.has('res_company', 'partner_id')
    ? 'NOT EXISTS (SELECT FROM res_company c WHERE c.partner_id = t.id)'
    : 'true';
  const list = columns.map(([column], index) => {
    const isPublic = table === 'res_partner' && PUBLIC_OF_OWN_COMPANIES.includes(column);
    return `${isPublic ? `CASE WHEN ${own} THEN t."${column}"::text END` : `t."${column}"::text`} AS v${index}`;
  });
  let values = 0;
  try {
    // By key, not by a cursor: a session gives back what a statement held when it ends.
    for (let last = -(2 ** 31), full = true; full; ) {
      const rows = await session.query<{ id: number } & Record<string, string | null>>(
        `SELECT t.id, ${list.join(', ')} FROM "${table}" t WHERE t.id > $1 ORDER BY t.id LIMIT ${PAGE}`,
        [last],
      );
      for (const row of rows) {
        last = row.id;
        columns.forEach(([, kind], index) => {
          const value = row[`v${index}`];
          if (value === null || value === undefined || value === '') return;
          values += 1;
          take(kind, value);
        });
      }
      detail(`${values} values`);
      full = rows.length === PAGE;
    }
  } catch (cause) {
    const { code } = cause as { code?: string };
    throw new InfrastructureError(
      'fingerprint-unreadable',
      `${table} could not be read${code === undefined ? '' : ` (SQLSTATE ${code})`}: fingerprints with gaps prove nothing.`,
      { next: 'Give a role that may read every table, such as the one that Odoo itself uses.' },
    );
  }
  return values;
}

async function publicNames(session: ReadOnlySession): Promise<Set<string>> {
  const own = session.schema.has('res_company', 'name')
    ? await session.query<{ name: string }>('SELECT name FROM res_company WHERE name IS NOT NULL')
    : [];
  return new Set([...ODOO_NAMES, ...own.map(({ name }) => name)].map((name) => wordsOf(name).join(' ')));
}
