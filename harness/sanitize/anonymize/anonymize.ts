import type { Client } from 'pg';
import { inTransaction, openSession } from '../transaction.ts';
import type { Change, Writer } from '../writer.ts';
import { anonymizeTable } from './anonymize-table.ts';
import { EMPTIED } from './areas/messages.ts';
import { anonymizeAttachments } from './attachments.ts';
import { loadColumns } from './columns.ts';
import { anonymizeImportNames } from './import-names.ts';
import { inventory } from './inventory.ts';
import { createKeyedHash } from './keyed-hash.ts';
import { anonymizePartners } from './partners.ts';
import { beginUnder, endRun } from './run-marker.ts';
import { emptyTransientTables } from './transient-tables.ts';
import { anonymizeUsers } from './users.ts';

type Step = readonly [table: string, work: (writer: Writer) => Promise<void>];

/**
 * Replaces personal data, one table and transaction after the other. What is done can be told by its shape: a run that
 * was cut off goes on where it stopped, and one more changes nothing.
 */
export async function anonymize(
  client: Client,
  {
    key,
    passwordHash,
    attachments = 'replace',
  }: { key: string; passwordHash: string; attachments?: 'replace' | 'keep' },
  onTable: (table: string, at: number, of: number) => void,
): Promise<readonly Change[]> {
  const writer = await openSession(client);
  await createKeyedHash(client, key);
  const columns = await loadColumns(client);
  const keepText = async (own: Writer) => own.blank('ir_attachment', ['index_content', 'description']);
  const steps: Step[] = [
    ['ir_config_parameter', (own) => beginUnder(own, key)],
    // The copies that others keep are taken from partners anew.
    ['res_partner', (own) => anonymizePartners(own, columns)],
    ['res_users', (own) => anonymizeUsers(own, passwordHash)],
    ...[...inventory(columns)].map(
      ([table, parts]): Step => [
        table,
        async (own) => {
          for (const part of parts) await anonymizeTable(own, columns, part);
        },
      ],
    ),
    ...EMPTIED.filter((table) => columns.has(table)).map((table): Step => [table, (own) => own.delete(table)]),
    ['ir_property', barcodes],
    ['ir_model_data', anonymizeImportNames],
    ['ir_model', emptyTransientTables],
    ['ir_attachment', attachments === 'replace' ? anonymizeAttachments : keepText],
    ['ir_config_parameter', endRun],
  ];
  for (const [index, [table, work]] of steps.entries()) {
    onTable(table, index + 1, steps.length);
    await inTransaction(client, `Anonymize ${table}`, () => work(writer));
  }
  return writer.changes;
}

/** Company-dependent until 17 in a table of its own. */
const barcodes = (writer: Writer) =>
  writer.delete('ir_property', { where: "t.name = 'barcode' AND t.res_id LIKE 'res.partner,%'", needs: ['res_id'] });
