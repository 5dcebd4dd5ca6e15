import { createHmac } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { Writer } from '../writer.ts';

const MARKER = 'odoo_gate.anonymizing';

/** Notes that tables are being done under this key; a run that goes on under another would split people in two. */
export async function beginUnder(writer: Writer, key: string): Promise<void> {
  const mine = createHmac('sha256', key).update(MARKER).digest('hex').slice(0, 16);
  const [found] = await writer.rows<{ value: string }>(`SELECT value FROM ir_config_parameter WHERE key = '${MARKER}'`);
  if (found === undefined) await writer.setParameter(MARKER, mine);
  else if (found.value !== mine) {
    throw new UsageError('anonymize-key-changed', 'An earlier run on this copy was cut off, and had another key.', {
      next: 'Run it again with the key of that run, or restore the copy and start anew.',
    });
  }
}

/** All tables are done. */
export async function endRun(writer: Writer): Promise<void> {
  await writer.run('DELETE FROM ir_config_parameter WHERE key = $1', [MARKER]);
}
