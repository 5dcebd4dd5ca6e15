import { accounting } from './areas/accounting.ts';
import { CONTACTS } from './areas/contacts.ts';
import { EMPLOYEES } from './areas/employees.ts';
import { MESSAGES } from './areas/messages.ts';
import { SALES } from './areas/sales.ts';
import { SERVICES } from './areas/services.ts';
import type { Columns } from './columns.ts';
import type { PersonalTable } from './personal-table.ts';

/** Every table that keeps personal data beside partners, users and files, in the order in which they are done. */
export function inventory(columns: Columns): Map<string, PersonalTable[]> {
  const displayName = columns.get('res_partner')?.has('complete_name') ? 'complete_name' : 'display_name';
  const all = [...CONTACTS, ...EMPLOYEES, ...SALES, ...accounting(displayName), ...SERVICES, ...MESSAGES];
  return Map.groupBy(
    all.filter(({ table }) => columns.has(table)),
    ({ table }) => table,
  );
}
