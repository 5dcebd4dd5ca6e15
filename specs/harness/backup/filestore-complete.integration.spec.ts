import { cp, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filestoreComplete } from '../../../harness/backup/filestore-complete.ts';
import { readServerFacts } from '../../../harness/backup/server-facts.ts';
import type { CheckOutcome } from '../../../harness/check.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const demo = useDemoStack({ odoo: false });
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A copy of the demo's filestore, with some of its files spoilt. */
let files: string[];
let number = 0;
beforeAll(async () => {
  const found = await readdir(demo().filestore, { recursive: true, withFileTypes: true });
  files = found
    .filter((file) => file.isFile() && /^[0-9a-f]{40}$/.test(file.name))
    .map((file) => join(file.name.slice(0, 2), file.name));
});
async function copied(): Promise<string> {
  number += 1;
  const copy = join(folder, String(number));
  await cp(demo().filestore, copy, { recursive: true });
  return copy;
}

async function run(filestore: string, hash = false): Promise<CheckOutcome> {
  return withReadOnlySession(demo().database, (session) => filestoreComplete.run({ session, filestore, hash }));
}

describe('the filestore of a real Odoo', () => {
  it('as it is passes, every file looked at', async () => {
    const outcome = await run(demo().filestore, true);
    expect(outcome).toMatchObject({ status: 'passed' });
    expect(outcome.status === 'passed' && outcome.assertions).toBeGreaterThan(100);
  });

  it('without some of its files fails with their number', async () => {
    const filestore = await copied();
    const referenced = await referencedFiles(3);
    for (const name of referenced) await rm(join(filestore, name));
    expect(await run(filestore)).toMatchObject({ status: 'failed', findings: [{ count: 3 }] });
  });

  it('with a file that was cut off fails', async () => {
    const filestore = await copied();
    const [name = ''] = await referencedFiles(1);
    await truncate(join(filestore, name), 1);
    expect(await run(filestore)).toMatchObject({
      status: 'failed',
      findings: [{ count: 1, message: expect.stringContaining('another size') }],
    });
  });

  it('with a file of the right size but other content fails when it is asked to read', async () => {
    const filestore = await copied();
    const [name = ''] = await referencedFiles(1);
    await writeFile(join(filestore, name), Buffer.alloc(await sizeOf(name), 'x'));
    expect(await run(filestore)).toMatchObject({ status: 'passed' });
    expect(await run(filestore, true)).toMatchObject({
      status: 'failed',
      findings: [{ count: 1, message: expect.stringContaining('SHA-1') }],
    });
  });

  it('that is not there at all fails', async () => {
    expect(await run(join(folder, 'nowhere'))).toMatchObject({ status: 'failed' });
  });
});

async function referencedFiles(count: number): Promise<string[]> {
  const sql = 'SELECT DISTINCT store_fname FROM ir_attachment WHERE file_size > 10 ORDER BY 1';
  return withReadOnlySession(demo().database, async ({ query }) => {
    const rows = await query<{ store_fname: string }>(`${sql} LIMIT ${count}`);
    return rows.map((row) => row.store_fname);
  });
}

async function sizeOf(name: string): Promise<number> {
  return withReadOnlySession(demo().database, async ({ query }) => {
    const [row] = await query<{ file_size: number }>('SELECT file_size FROM ir_attachment WHERE store_fname = $1', [
      name,
    ]);
    return row?.file_size ?? 0;
  });
}

it('reads which Odoo a database belongs to', async () => {
  expect(await withReadOnlySession(demo().database, readServerFacts)).toEqual({
    odooVersion: '19.0',
    baseVersion: expect.stringMatching(/^19\.0\.\d+\.\d+$/),
    modules: expect.toSatisfy((modules: number) => modules > 20),
    postgresMajor: 17,
  });
});

it('has files to look at', () => {
  expect(files.length).toBeGreaterThan(100);
});
