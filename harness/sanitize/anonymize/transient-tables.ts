import { InfrastructureError } from '../../errors.ts';
import type { Writer } from '../writer.ts';

/** Empties the tables of wizards, which keep for a while what was typed into them; Odoo's own clean-up does the same. */
export async function emptyTransientTables(writer: Writer): Promise<void> {
  const models = await writer.rows<{ table: string }>(
    "SELECT replace(m.model, '.', '_') AS \"table\" FROM ir_model m WHERE m.transient ORDER BY 1",
  );
  let left = await filled(
    writer,
    models.map(({ table }) => table).filter((table) => writer.schema.has(table)),
  );
  // A row that another wizard's row needs goes after it.
  while (left.length > 0) {
    for (const table of left) await writer.tried(`DELETE FROM "${table}"`, { table, columns: [], action: 'deleted' });
    const still = await filled(writer, left);
    if (still.length === left.length) {
      throw new InfrastructureError('sanitize-wizards-kept', `Rows of ${still.join(', ')} can't be deleted.`, {
        next: 'Something else refers to these wizards: delete what does, or the rows, and sanitize again.',
      });
    }
    left = still;
  }
}

async function filled(writer: Writer, tables: readonly string[]): Promise<string[]> {
  if (tables.length === 0) return [];
  const asked = tables.map((table) => `SELECT '${table}' AS "table" WHERE EXISTS (SELECT FROM "${table}")`);
  return (await writer.rows<{ table: string }>(asked.join(' UNION ALL '))).map(({ table }) => table);
}
