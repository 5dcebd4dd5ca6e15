import { parseDatabaseUrl } from '../../harness/database/connection.ts';
import { fingerprintDatabase } from '../../harness/residue/fingerprint-database.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import type { Subcommand } from '../command.ts';
import { common, option, secretFrom, text } from '../options.ts';

const options = {
  ...common,
  databaseUrl: text,
  keyEnv: text,
  outFile: text,
};

/** `odoo-gate fingerprint` */
export const fingerprint: Subcommand<typeof options> = {
  name: 'fingerprint',
  summary: "write keyed fingerprints of production's personal values; run it beside production, which it only reads",
  examples: [
    'KEY=… odoo-gate fingerprint --database-url postgresql://odoo@localhost/production --key-env KEY --out-file prod.fingerprints',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--database-url <url>', 'postgresql://USER:PASSWORD@HOST/DATABASE (PGPASSWORD works too)'))
      .addOption(option('--key-env <name>', 'variable with the key: the same one goes beside the copy'))
      .addOption(option('--out-file <file>', 'where to write them; readable for you alone'));
  },
  run: async ({ databaseUrl, keyEnv, outFile, format }, { progress }) => {
    const summary = await fingerprintDatabase({
      address: parseDatabaseUrl(databaseUrl),
      secret: secretFrom(keyEnv, '--key-env') ?? '',
      file: outFile,
      tool: `odoo-gate ${toolVersion}`,
      progress,
    });
    if (format === 'json') process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else {
      process.stdout.write(`${summary.file}: fingerprints of ${summary.values} values\n`);
      for (const [kind, count] of Object.entries(summary.fingerprints)) {
        process.stdout.write(`  ${String(count).padStart(8)} ${kind}\n`);
      }
    }
    return 0;
  },
};
