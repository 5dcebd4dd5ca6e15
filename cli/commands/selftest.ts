import { loadUserRules } from '../../harness/config/user-rules.ts';
import { renderSelftest } from '../../harness/selftest/summary.ts';
import { exitCodeOf } from '../../harness/verdict.ts';
import { selftestBackup } from '../../harness/verify/selftest-backup.ts';
import type { Subcommand } from '../command.ts';
import { common, list, option, text } from '../options.ts';

const options = {
  ...common,
  image: text,
  postgresImage: text.default('postgres:17'),
  backup: text,
  filestore: text.optional(),
  addons: list.optional(),
  rules: text.optional(),
  only: list.optional(),
};

/** `odoo-gate selftest` */
export const selftest: Subcommand<typeof options> = {
  name: 'selftest',
  summary: 'do the checks catch it? Puts what they look for back into a sanitized copy, one thing at a time',
  examples: [
    'odoo-gate selftest --image odoo:19 --backup prod.zip',
    'odoo-gate selftest --image odoo:19 --backup prod.zip --only "sanitize.mail*"',
    'odoo-gate selftest --image odoo:19 --backup prod.zip --rules rules.yaml --format json    your own rules too',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--image <reference>', 'Odoo image; pulled if a registry has it'))
      .addOption(option('--postgres-image <reference>', 'Postgres image').default('postgres:17'))
      .addOption(option('--backup <path>', 'Odoo zip, pg_dump custom, directory or plain(.gz)'))
      .addOption(option('--filestore <path>', 'folder, .tar or .tar.gz, for a dump without one'))
      .addOption(option('--addons <folders>', 'comma-separated folders of addons that the image lacks'))
      .addOption(option('--rules <file>', 'YAML file of rules for your own modules, each a check of its own'))
      .addOption(option('--only <ids>', 'comma-separated checks, * stands for anything'));
  },
  run: async ({ image, postgresImage, backup, filestore, addons, rules, only, format }, { progress, signal }) => {
    const report = await selftestBackup({
      image,
      postgresImage,
      backup,
      progress,
      signal,
      rules: rules === undefined ? [] : loadUserRules(rules),
      ...(filestore === undefined ? {} : { filestore }),
      ...(addons === undefined ? {} : { addons }),
      ...(only === undefined ? {} : { only }),
    });
    process.stdout.write(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderSelftest(report));
    return exitCodeOf(report.verdict);
  },
};
