import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { extractFilestore } from '../../../harness/backup/extract-filestore.ts';
import { filestoreComplete } from '../../../harness/backup/filestore-complete.ts';
import { inspectBackup } from '../../../harness/backup/inspect.ts';
import { restoreDatabase } from '../../../harness/backup/restore.ts';
import { takeBackup } from '../../../harness/backup/take.ts';
import { verifyBackup } from '../../../harness/backup/verify.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const demo = useDemoStack({ odoo: false });
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const COUNTS = `SELECT c.relname, (xpath('/row/n/text()',
    query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text
  FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`;

it.each(['zip', 'custom', 'plain'] as const)('a real Odoo comes back whole from its backup as %s', async (format) => {
  const { programs, database: address, filestore } = demo();
  const [taken] = await takeBackup({
    programs,
    database: address.database,
    filestore: { kind: 'directory', path: filestore },
    outDir: folder,
    formats: [format],
  });
  const apart = taken?.filestore === undefined ? {} : { filestore: taken.filestore };
  const backup = await verifyBackup(await inspectBackup(taken?.path ?? '', apart), programs);
  const database = `restored_${format}`;
  const unpacked = join(folder, database);
  if (backup.filestore === undefined) throw new Error('the backup has no filestore');
  await restoreDatabase(backup, { programs, database, jobs: 2 });
  await extractFilestore(backup.filestore, unpacked);

  const original = await withReadOnlySession(address, ({ query }) => query(COUNTS));
  await withReadOnlySession({ ...address, database }, async (session) => {
    expect(await session.query(COUNTS)).toEqual(original);
    expect(await filestoreComplete.run({ session, filestore: unpacked, hash: true })).toMatchObject({
      status: 'passed',
    });
  });
  expect(original.length).toBeGreaterThan(300);
});
