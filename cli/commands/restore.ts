import { extractFilestore } from '../../harness/backup/extract-filestore.ts';
import { inspectBackup } from '../../harness/backup/inspect.ts';
import { restoreDatabase } from '../../harness/backup/restore.ts';
import { verifyBackup } from '../../harness/backup/verify.ts';
import { parseDatabaseUrl } from '../../harness/database/connection.ts';
import { localClientPrograms } from '../../harness/database/local-client-programs.ts';
import type { Subcommand } from '../command.ts';
import { common, option, text } from '../options.ts';

const options = {
  ...common,
  backup: text,
  filestore: text.optional(),
  databaseUrl: text,
  filestoreTo: text.optional(),
};

/** `odoo-gate restore` */
export const restore: Subcommand<typeof options> = {
  name: 'restore',
  summary: 'restore a backup into a new database of an existing server. Sanitize it before Odoo starts on it!',
  examples: [
    'odoo-gate restore --backup prod.zip --database-url postgresql://odoo@localhost/uat --filestore-to /var/lib/odoo/filestore/uat',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--backup <path>', 'Odoo zip, pg_dump custom, directory or plain(.gz)'))
      .addOption(option('--filestore <path>', 'folder, .tar or .tar.gz, for a dump without one'))
      .addOption(option('--database-url <url>', 'the database to make (needs psql and pg_restore on this machine)'))
      .addOption(option('--filestore-to <folder>', 'where the filestore goes: a new folder'));
  },
  run: async ({ backup, filestore, databaseUrl, filestoreTo, format }, { progress, signal }) => {
    const address = parseDatabaseUrl(databaseUrl);
    const programs = localClientPrograms(address);
    const inspected = await inspectBackup(backup, {
      progress,
      signal,
      ...(filestore === undefined ? {} : { filestore }),
    });
    const verified = await verifyBackup(inspected, programs, { progress, signal });
    await restoreDatabase(verified, { programs, database: address.database, jobs: 2, analyze: true, progress, signal });
    if (filestoreTo !== undefined && inspected.filestore !== undefined) {
      await extractFilestore(inspected.filestore, filestoreTo, { progress, signal });
    }
    const summary = {
      database: address.database,
      digest: inspected.digest,
      files: filestoreTo === undefined ? 0 : (inspected.filestore?.files ?? 0),
    };
    if (format === 'json') process.stdout.write(`${JSON.stringify(summary)}\n`);
    else
      process.stdout.write(
        `restored ${address.database} (${inspected.digest}), ${summary.files} files\nnext: odoo-gate sanitize, before Odoo starts on it\n`,
      );
    return 0;
  },
};
