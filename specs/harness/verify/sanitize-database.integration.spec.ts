import { expect, test } from 'vitest';
import { connect } from '../../../harness/database/connection.ts';
import { silentProgress } from '../../../harness/progress.ts';
import { sanitizeDatabase } from '../../../harness/verify/sanitize-database.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const demo = useDemoStack();

test('a database that an Odoo works on is refused, and nothing in it is changed', async () => {
  const { database } = demo();
  const sanitizing = sanitizeDatabase({
    address: database,
    baseUrl: new URL('http://odoo-gate.test'),
    image: 'odoo:19',
    progress: silentProgress,
    signal: new AbortController().signal,
  });
  await expect(sanitizing).rejects.toMatchObject({ code: 'database-in-use', exitCode: 2 });

  const client = await connect(database);
  const { rows } = await client.query('SELECT count(*)::int AS active FROM ir_cron WHERE active');
  await client.end();
  expect(rows[0].active).toBeGreaterThan(1);
});
