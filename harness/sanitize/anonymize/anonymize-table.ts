import type { Writer } from '../writer.ts';
import type { Columns } from './columns.ts';
import { newValues } from './new-values.ts';
import type { PersonalTable } from './personal-table.ts';

/**
 * Replaces what a table holds of people in one statement, in the rows where something differs from what it should be:
 * what is done is not done again.
 */
export async function anonymizeTable(writer: Writer, columns: Columns, table: PersonalTable): Promise<void> {
  const there = columns.get(table.table);
  if (there === undefined || !(table.needs ?? []).every((column) => there.has(column))) return;
  const values = newValues(table, there);
  if (values.size === 0) return;
  const assignments = Object.fromEntries([...values].map(([column, { value }]) => [column, value]));
  // JSON of the older type can't be compared.
  const comparable = (column: string) => (there.get(column)?.type === 'json' ? '::text' : '');
  const differs = [...values].map(
    ([column, { value }]) => `t."${column}"${comparable(column)} IS DISTINCT FROM (${value})${comparable(column)}`,
  );
  await writer.set(table.table, assignments, {
    where: `(${table.where ?? 'true'}) AND (${differs.join('\n OR ')})`,
    kinds: Object.fromEntries([...values].map(([column, { kind }]) => [column, kind])),
  });
}
