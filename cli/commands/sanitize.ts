import { z } from 'zod';
import { parseDatabaseUrl } from '../../harness/database/connection.ts';
import { UsageError } from '../../harness/errors.ts';
import { sanitizeDatabase } from '../../harness/verify/sanitize-database.ts';
import type { Subcommand } from '../command.ts';
import { common, list, option, secretFrom, text, url } from '../options.ts';

const options = {
  ...common,
  databaseUrl: text,
  baseUrl: url,
  image: text,
  addons: list.optional(),
  anonymize: z.boolean().default(false),
  keyEnv: text.optional(),
  stagingPasswordEnv: text.optional(),
};

/** `odoo-gate sanitize` */
export const sanitize: Subcommand<typeof options> = {
  name: 'sanitize',
  summary: 'neutralize a restored copy, freeze its base URL and, if asked, replace its personal data. Writes!',
  examples: [
    'odoo-gate sanitize --database-url postgresql://odoo@localhost/uat --base-url https://uat.example.com --image odoo:19',
    'KEY=… STAGING=… odoo-gate sanitize … --anonymize --key-env KEY --staging-password-env STAGING',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--database-url <url>', 'postgresql://USER:PASSWORD@HOST/DATABASE (PGPASSWORD works too)'))
      .addOption(option('--base-url <url>', 'URL of the stack that the copy is for'))
      .addOption(option('--image <reference>', 'Odoo image: its own `odoo neutralize` knows its modules best'))
      .addOption(option('--addons <folders>', 'comma-separated folders of addons that the image lacks'))
      .addOption(option('--anonymize', 'replace personal data of partners, users and their copies'))
      .addOption(option('--key-env <name>', 'variable with the key: the same key gives the same pseudonyms'))
      .addOption(option('--staging-password-env <name>', 'variable with the password that all users get'));
  },
  run: async (
    { databaseUrl, baseUrl, image, addons, anonymize, keyEnv, stagingPasswordEnv, format },
    { progress, signal },
  ) => {
    const key = secretFrom(keyEnv, '--key-env');
    const stagingPassword = secretFrom(stagingPasswordEnv, '--staging-password-env');
    if (anonymize && (key === undefined || stagingPassword === undefined)) {
      throw new UsageError('options', '--anonymize needs --key-env and --staging-password-env.', {
        next: 'Set both variables and name them; a key can be made with: openssl rand -hex 32',
      });
    }
    const summary = await sanitizeDatabase({
      address: parseDatabaseUrl(databaseUrl),
      baseUrl,
      image,
      progress,
      signal,
      ...(addons === undefined ? {} : { addons }),
      ...(anonymize && key !== undefined && stagingPassword !== undefined
        ? { anonymize: { key, stagingPassword } }
        : {}),
    });
    if (format === 'json') process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else {
      process.stdout.write(`sanitized Odoo ${summary.odooVersion} (neutralized by ${summary.neutralizedBy})\n`);
      for (const { table, columns, action, rows } of summary.changes) {
        process.stdout.write(
          `  ${String(rows).padStart(8)} ${action}  ${table}${columns.length === 0 ? '' : `: ${columns.join(', ')}`}\n`,
        );
      }
    }
    return 0;
  },
};
