import { z } from 'zod';
import { filestoreAt } from '../../harness/backup/filestore-files.ts';
import { inspectBackup } from '../../harness/backup/inspect.ts';
import { takeBackup } from '../../harness/backup/take.ts';
import { parseDatabaseUrl } from '../../harness/database/connection.ts';
import { localClientPrograms } from '../../harness/database/local-client-programs.ts';
import { UsageError } from '../../harness/errors.ts';
import type { Subcommand } from '../command.ts';
import { common, option, text } from '../options.ts';

const options = {
  ...common,
  databaseUrl: text.optional(),
  filestore: text.optional(),
  as: z.enum(['zip', 'custom', 'plain']).default('zip'),
  out: text.default('.'),
};

/** `odoo-gate backup` */
export const backup: Subcommand<typeof options> = {
  name: 'backup',
  summary: 'take a backup of a database and its filestore, or inspect one',
  examples: [
    'odoo-gate backup --database-url postgresql://odoo@localhost/prod --filestore /var/lib/odoo/filestore/prod --out backups',
    'odoo-gate backup prod.zip    is it whole? what is in it?',
  ],
  options,
  declare: (command) => {
    command
      .argument('[path]', 'a backup to inspect')
      .addOption(option('--database-url <url>', 'database to back up (needs pg_dump on this machine)'))
      .addOption(option('--filestore <path>', 'its filestore: folder, .tar or .tar.gz'))
      .addOption(
        option('--as <format>', "Odoo's zip, or pg_dump's custom or plain with a tar of the filestore")
          .choices(['zip', 'custom', 'plain'])
          .default('zip'),
      )
      .addOption(option('--out <folder>', 'where to put it').default('.'));
  },
  run: async ({ databaseUrl, filestore, as, out, format }, { command, progress, signal }) => {
    const [path] = command.args;
    // A databaseUrl of the configuration is for other commands.
    if (path === undefined ? databaseUrl === undefined : command.getOptionValueSource('databaseUrl') === 'cli') {
      throw new UsageError('options', 'Either a backup to inspect or --database-url to back up.', {
        next: 'Give one of them.',
      });
    }
    if (path !== undefined) {
      const found = await inspectBackup(path, { progress, signal, ...(filestore === undefined ? {} : { filestore }) });
      const { digest, dump, manifest } = found;
      if (format === 'json') process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else {
        process.stdout.write(
          `whole    ${digest}\ndump     ${dump.format}, Postgres ${dump.postgresMajor}, ${megabytes(dump.bytes)}\n`,
        );
        process.stdout.write(
          found.filestore === undefined
            ? 'files    none\n'
            : `files    ${found.filestore.files}, ${megabytes(found.filestore.bytes)}\n`,
        );
        if (manifest !== undefined)
          process.stdout.write(`odoo     ${manifest.version}, ${Object.keys(manifest.modules).length} modules\n`);
      }
      return 0;
    }
    const address = parseDatabaseUrl(databaseUrl ?? '');
    const taken = await takeBackup({
      programs: localClientPrograms(address),
      database: address.database,
      formats: [as],
      outDir: out,
      progress,
      signal,
      ...(filestore === undefined ? {} : { filestore: await filestoreAt(filestore) }),
    });
    if (format === 'json') process.stdout.write(`${JSON.stringify(taken, null, 2)}\n`);
    else
      for (const each of taken)
        process.stdout.write(
          [each.path, each.filestore]
            .filter(Boolean)
            .map((file) => `${file}\n`)
            .join(''),
        );
    return 0;
  },
};

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
