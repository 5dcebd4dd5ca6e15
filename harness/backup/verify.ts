import { ClientProgramError, type ClientPrograms } from '../database/client-programs.ts';
import { type Progress, silentProgress } from '../progress.ts';
import type { Backup, VerifiedBackup } from './backup.ts';
import { corrupt } from './backup-errors.ts';
import { openDump } from './open-dump.ts';
import { assertRestorable } from './restorable.ts';
import { serverMajor } from './server.ts';

export interface VerifyOptions {
  signal?: AbortSignal;
  progress?: Progress;
}

/**
 * Has pg_restore read a custom or directory dump to its end, writing nothing (`pg_restore -l` would pass a truncated
 * one), and checks that the server is new enough. Throws `UsageError` for a damaged or too new dump.
 */
export async function verifyBackup(
  backup: Backup,
  programs: ClientPrograms,
  { signal, progress = silentProgress }: VerifyOptions = {},
): Promise<VerifiedBackup> {
  assertRestorable(backup, { postgresMajor: await serverMajor(programs, signal) });
  const { dump } = backup;
  if (dump.format !== 'plain') {
    await progress.step('Checking the dump with pg_restore', async () => {
      const readThrough = ['--file=/dev/null'];
      const io = signal === undefined ? {} : { signal };
      try {
        if (dump.format === 'custom')
          await programs.run('pg_restore', readThrough, { ...io, stdin: await openDump(dump) });
        else await programs.expose(dump.path, (path) => programs.run('pg_restore', [...readThrough, path], io));
      } catch (error) {
        if (error instanceof ClientProgramError)
          throw corrupt(backup.path, `pg_restore can't read it: ${error.stderr}`, error);
        throw error;
      }
    });
  }
  return { ...backup, readThrough: true };
}
