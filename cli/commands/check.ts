import { parseDatabaseUrl } from '../../harness/database/connection.ts';
import { checkDatabase } from '../../harness/verify/check-database.ts';
import type { Subcommand } from '../command.ts';
import { deliver } from '../deliver.ts';
import { common, list, option, outOption, secretFrom, text, url } from '../options.ts';

const options = {
  ...common,
  databaseUrl: text,
  baseUrl: url,
  filestore: text.optional(),
  stagingPasswordEnv: text.optional(),
  only: list.optional(),
  out: text.optional(),
};

/** `odoo-gate check` */
export const check: Subcommand<typeof options> = {
  name: 'check',
  summary: 'is this database sanitized? Reads an existing database, never writes to it',
  examples: [
    'odoo-gate check --database-url postgresql://odoo@localhost/uat --base-url https://uat.example.com',
    'odoo-gate check --database-url … --base-url … --only "sanitize.mail*" --format json',
    'STAGING=… odoo-gate check … --staging-password-env STAGING    every stored password has to be this one',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--database-url <url>', 'postgresql://USER:PASSWORD@HOST/DATABASE (PGPASSWORD works too)'))
      .addOption(option('--base-url <url>', 'URL of this stack: what web.base.url has to be frozen to'))
      .addOption(option('--filestore <folder>', "the database's filestore, to check that it is complete"))
      .addOption(option('--staging-password-env <name>', 'environment variable with the known password of all users'))
      .addOption(option('--only <ids>', 'comma-separated checks, * stands for anything'))
      .addOption(outOption());
  },
  run: async ({ databaseUrl, baseUrl, filestore, stagingPasswordEnv, only, format, out }, { progress }) => {
    const stagingPassword = secretFrom(stagingPasswordEnv, '--staging-password-env');
    const report = await checkDatabase({
      address: parseDatabaseUrl(databaseUrl),
      baseUrl,
      progress,
      ...(filestore === undefined ? {} : { filestore }),
      ...(stagingPassword === undefined ? {} : { stagingPassword }),
      ...(only === undefined ? {} : { only }),
    });
    return deliver(report, { format, out });
  },
};
