import { loadUserRules } from '../../harness/config/user-rules.ts';
import { renderSelftest } from '../../harness/selftest/summary.ts';
import { exitCodeOf } from '../../harness/verdict.ts';
import { selftestBackup } from '../../harness/verify/selftest-backup.ts';
import type { Subcommand } from '../command.ts';
import { copyShape, declareCopy } from '../copy-options.ts';
import { common, list, option, text } from '../options.ts';

const options = {
  ...common,
  ...copyShape,
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
    declareCopy(command)
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
