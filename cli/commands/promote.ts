import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { promote as runPromote } from '../../deploy/promote/promote.ts';
import { UsageError } from '../../harness/errors.ts';
import { parseReport } from '../../harness/report/json.ts';
import { VERIFY_CHECKS } from '../../harness/verify/plan.ts';
import type { Subcommand } from '../command.ts';
import { common, number, option, text } from '../options.ts';

const options = {
  ...common,
  repository: text,
  from: text,
  to: text,
  evidence: text,
  maxAge: number.default(24),
  dryRun: z.boolean().default(false),
};

/** `odoo-gate promote` */
export const promote: Subcommand<typeof options> = {
  name: 'promote',
  summary: "move an image's tag on, if a report says pass for exactly this image",
  examples: [
    'odoo-gate promote --repository ghcr.io/acme/odoo --from uat-v1.2.3 --to prod-v1.2.3 --evidence report/report.json',
    'odoo-gate promote … --dry-run    everything but the last step',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--repository <name>', 'repository of both tags, with its registry'))
      .addOption(option('--from <tag>', 'the tag that was verified'))
      .addOption(option('--to <tag>', 'the tag to set; never moved once it is there'))
      .addOption(option('--evidence <file>', 'report.json of `odoo-gate verify`'))
      .addOption(option('--max-age <hours>', 'how long a report counts').default(24))
      .addOption(option('--dry-run', 'say what would happen'));
  },
  run: async ({ repository, from, to, evidence, maxAge, dryRun, format }, { progress }) => {
    const report = parseReport(await readEvidence(evidence));
    const promotion = await runPromote({
      repository,
      from,
      to,
      report,
      dryRun,
      progress,
      required: VERIFY_CHECKS,
      maxAgeMs: maxAge * 3_600_000,
    });
    if (format === 'json') process.stdout.write(`${JSON.stringify(promotion, null, 2)}\n`);
    else if (promotion.status === 'refused') {
      process.stdout.write(`refused: ${repository}:${to} is not set\n`);
      for (const { code, message, fix } of promotion.refusals)
        process.stdout.write(`  [${code}] ${message}\n    do: ${fix}\n`);
    } else {
      process.stdout.write(`${promotion.status}: ${repository}:${to} is ${promotion.digest}\n`);
      if (promotion.movedSource !== undefined) {
        process.stdout.write(
          `  note: ${from} moved meanwhile (now ${promotion.movedSource}); what was verified is promoted\n`,
        );
      }
    }
    return promotion.status === 'refused' ? 1 : 0;
  },
};

async function readEvidence(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError('evidence-missing', `The report "${path}" can't be read.`, {
      next: 'Give --evidence the report.json that `odoo-gate verify --out FOLDER` wrote.',
      cause,
    });
  }
}
