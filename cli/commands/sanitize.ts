import { z } from 'zod';
import { parseDatabaseUrl } from '../../harness/database/connection.ts';
import { UsageError } from '../../harness/errors.ts';
import type { SanitizeSummary } from '../../harness/sanitize/sanitize.ts';
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
  filestore: text.optional(),
  attachments: z.enum(['replace', 'keep']).default('replace'),
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
      .addOption(
        option('--anonymize', 'replace personal data: of partners, users, employees, in documents, messages, files'),
      )
      .addOption(option('--key-env <name>', 'variable with the key: the same key gives the same pseudonyms'))
      .addOption(option('--staging-password-env <name>', 'variable with the password that all users get'))
      .addOption(
        option('--filestore <folder>', "the copy's own filestore/DATABASE: personal files are removed from it"),
      )
      .addOption(
        option('--attachments <policy>', "people's files: a placeholder in their place, or as they are")
          .choices(['replace', 'keep'])
          .default('replace'),
      );
  },
  run: async (
    { databaseUrl, baseUrl, image, addons, anonymize, keyEnv, stagingPasswordEnv, filestore, attachments, format },
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
        ? { anonymize: { key, stagingPassword, attachments, ...(filestore === undefined ? {} : { filestore }) } }
        : {}),
    });
    if (format === 'json') process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else {
      process.stdout.write(`sanitized Odoo ${summary.odooVersion} (neutralized by ${summary.neutralizedBy})\n`);
      for (const change of summary.changes) process.stdout.write(`${lineOf(change)}\n`);
      const { files } = summary;
      if (files !== undefined) process.stdout.write(`  ${files.removed} files removed, ${files.bytes} bytes\n`);
    }
    return 0;
  },
};

function lineOf({ table, columns, kinds, action, rows, durationMs }: SanitizeSummary['changes'][number]): string {
  const done = `  ${String(rows).padStart(8)} ${action}  ${table}`;
  if (kinds === undefined) return columns.length === 0 ? done : `${done}: ${columns.join(', ')}`;
  const byKind = Object.entries(Object.groupBy(Object.entries(kinds), ([, kind]) => kind)).map(
    ([kind, named = []]) => `${kind} (${named.map(([column]) => column).join(', ')})`,
  );
  return `${done}: ${byKind.join('; ')}; ${Math.round((rows * 1000) / Math.max(durationMs, 1))} rows/s`;
}
