import { z } from 'zod';
import { loadUserRules } from '../../harness/config/user-rules.ts';
import { parseDatabaseUrl } from '../../harness/database/connection.ts';
import { checkDatabase } from '../../harness/verify/check-database.ts';
import type { Subcommand } from '../command.ts';
import { deliver } from '../deliver.ts';
import { declareFingerprint, fingerprintShape, fingerprintSource } from '../fingerprint-source.ts';
import { common, list, option, outOption, secretFrom, text, url } from '../options.ts';

const options = {
  ...common,
  databaseUrl: text,
  baseUrl: url,
  filestore: text.optional(),
  stagingPasswordEnv: text.optional(),
  image: text.optional(),
  addons: list.optional(),
  addonsPath: list.optional(),
  ...fingerprintShape,
  rules: text.optional(),
  strict: z.boolean().default(false),
  only: list.optional(),
  out: text.optional(),
};

type CheckOptions = z.output<z.ZodObject<typeof options>>;

/** `odoo-gate check` */
export const check: Subcommand<typeof options> = {
  name: 'check',
  summary: 'is this database sanitized? Looks at an existing database, changes nothing in it',
  examples: [
    'odoo-gate check --database-url postgresql://odoo@localhost/uat --base-url https://uat.example.com',
    'odoo-gate check --database-url … --base-url … --only "sanitize.mail*" --format json',
    'odoo-gate check --database-url … --base-url … --image odoo:19    also neutralizes it once more, and rolls that back',
    'KEY=… odoo-gate check … --fingerprint prod.fingerprints --fingerprint-key-env KEY    no value of production is left',
    'STAGING=… odoo-gate check … --staging-password-env STAGING    every stored password has to be this one',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--database-url <url>', 'postgresql://USER:PASSWORD@HOST/DATABASE (PGPASSWORD works too)'))
      .addOption(option('--base-url <url>', 'URL of this stack: what web.base.url has to be frozen to'))
      .addOption(option('--filestore <folder>', "the database's filestore, to check that it is complete"))
      .addOption(option('--staging-password-env <name>', 'environment variable with the known password of all users'))
      .addOption(
        option('--image <reference>', "Odoo image: its modules' own neutralization is tried out, and rolled back"),
      )
      .addOption(option('--addons <folders>', 'comma-separated folders of addons that the image lacks'))
      .addOption(
        option(
          '--addons-path <folders>',
          "instead of an image: comma-separated folders that hold all modules, Odoo's own too",
        ).conflicts(['image', 'addons']),
      );
    declareFingerprint(command)
      .addOption(option('--rules <file>', 'YAML file of rules for your own modules, each a check of its own'))
      .addOption(option('--strict', 'values that look like secrets under a name that nobody knows fail too'))
      .addOption(option('--only <ids>', 'comma-separated checks, * stands for anything'))
      .addOption(outOption());
  },
  run: async (given, { progress, signal }) => {
    const { databaseUrl, baseUrl, filestore, stagingPasswordEnv, only, format, out } = given;
    const stagingPassword = secretFrom(stagingPasswordEnv, '--staging-password-env');
    const report = await checkDatabase({
      address: parseDatabaseUrl(databaseUrl),
      baseUrl,
      progress,
      signal,
      held: { strict: given.strict, rules: given.rules === undefined ? [] : loadUserRules(given.rules) },
      ...codeSource(given),
      ...fingerprintSource(given),
      ...(filestore === undefined ? {} : { filestore }),
      ...(stagingPassword === undefined ? {} : { stagingPassword }),
      ...(only === undefined ? {} : { only }),
    });
    return deliver(report, { format, out });
  },
};

function codeSource({ image, addons, addonsPath }: Pick<CheckOptions, 'image' | 'addons' | 'addonsPath'>) {
  if (addonsPath !== undefined) return { code: { addonsPath } };
  return image === undefined ? {} : { code: { image, addons: addons ?? [] } };
}
