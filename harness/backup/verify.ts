import { ClientProgramError, type ClientPrograms } from '../database/client-programs.ts';
import { InfrastructureError } from '../errors.ts';
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
 * one), and checks that the server is new enough. Throws `UsageError` for a damaged or too new dump,
 * `InfrastructureError('client-program-old')` for a pg_restore that can't know its format.
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
        if (!(error instanceof ClientProgramError)) throw error;
        // The server is new enough for the dump; a pg_restore that does not know its format is older.
        if (/unsupported version \([\d.]+\) in file header/.test(error.stderr)) {
          throw new InfrastructureError('client-program-old', `pg_restore is too old for "${backup.path}".`, {
            next: `Install Postgres' client programs of version ${dump.postgresMajor} or newer, first on the PATH.`,
            cause: error,
          });
        }
        throw corrupt(backup.path, `pg_restore can't read it: ${error.stderr}`, error);
      }
    });
  }
  return { ...backup, readThrough: true };
}
