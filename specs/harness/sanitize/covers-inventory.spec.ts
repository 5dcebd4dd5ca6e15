import { expect, test } from 'vitest';
import { EMPTIED } from '../../../harness/sanitize/anonymize/areas/messages.ts';
import type { Columns } from '../../../harness/sanitize/anonymize/columns.ts';
import { inventory } from '../../../harness/sanitize/anonymize/inventory.ts';
import { INVENTORY } from '../../../harness/sanitize-checks/personal-data/inventory.ts';

/** Tables that have code of their own there, or that are emptied whole by it. */
const ELSEWHERE = [
  ...['res_partner', 'res_users', 'ir_attachment'],
  ...['mail_compose_message', 'base_import_import'], // wizards
  ...['mail_scheduled_message', 'mail_push', 'payment_token'], // neutralized
  ...EMPTIED,
];
const known = Map.groupBy(INVENTORY, ({ table }) => table);
const text = { type: 'text', declared: 'text', required: false, unique: false };
const columns: Columns = new Map(
  [...known].map(([table, all]) => [table, new Map(all.map(({ column }) => [column, text]))]),
);
const treated = inventory(columns);

function treatedColumns(table: string): Set<string> {
  return new Set(
    (treated.get(table) ?? []).flatMap(
      ({ titled, normalized, sanitized, derived, table: _, where: __, needs: ___, ...kinds }) => [
        ...Object.values(kinds).flat(),
        ...Object.keys({ ...titled, ...normalized, ...sanitized, ...derived }),
      ],
    ),
  );
}

test.each([...known].filter(([table]) => !ELSEWHERE.includes(table)))(
  'the anonymizer treats what the checks know of %s',
  (table, all) => {
    const done = treatedColumns(table);
    expect(all.map(({ column }) => column).filter((column) => !done.has(column))).toEqual([]);
  },
);
