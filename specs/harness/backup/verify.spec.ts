import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Backup } from '../../../harness/backup/backup.ts';
import { verifyBackup } from '../../../harness/backup/verify.ts';
import { ClientProgramError, type ClientPrograms } from '../../../harness/database/client-programs.ts';

/** A machine whose pg_restore complains; its words are those of pg_restore 15.18. */
function programsThatSay(stderr: string): ClientPrograms {
  return {
    run: async (program) => {
      if (program === 'psql') return { stdout: '170006\n', stderr: '' };
      throw new ClientProgramError(program, 1, stderr);
    },
    expose: (path, work) => work(path),
  };
}

async function customDump(): Promise<Backup> {
  const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'prod.dump');
  await writeFile(path, 'PGDMP');
  return {
    path,
    digest: 'sha256:0',
    dump: { format: 'custom', packing: 'none', path, postgresMajor: 17, identity: '', bytes: 5 },
  };
}

it('calls pg_restore too old, not the dump damaged, when it does not know the format', async () => {
  const programs = programsThatSay('pg_restore: error: unsupported version (1.16) in file header\n');
  await expect(verifyBackup(await customDump(), programs)).rejects.toMatchObject({
    code: 'client-program-old',
    exitCode: 3,
    next: expect.stringContaining('17 or newer'),
  });
});

it('calls a dump damaged when pg_restore can not read on', async () => {
  const programs = programsThatSay('pg_restore: error: could not read from input file: end of file\n');
  await expect(verifyBackup(await customDump(), programs)).rejects.toMatchObject({
    code: 'backup-corrupt',
    exitCode: 2,
  });
});
