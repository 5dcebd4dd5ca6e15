import { z } from 'zod';
import { connectRegistry } from '../../deploy/registry/client.ts';
import { formatRepository, parseRepository } from '../../deploy/registry/reference.ts';
import { releaseHistory } from '../../deploy/retain/release-history.ts';
import { retain as runRetain } from '../../deploy/retain/retain.ts';
import { retentionTable } from '../../deploy/retain/retention-table.ts';
import type { Subcommand } from '../command.ts';
import { currentOperator } from '../operator.ts';
import { common, list, number, option, text } from '../options.ts';

const options = {
  ...common,
  repository: text,
  pattern: list,
  keepLast: number.default(5),
  protect: list.default([]),
  history: text.optional(),
  order: z.enum(['promotion', 'version']).default('promotion'),
  yes: z.boolean().default(false),
};

/** `odoo-gate retain` */
export const retain: Subcommand<typeof options> = {
  name: 'retain',
  summary: 'keep the last releases of each environment in a registry, and remove the older ones',
  examples: [
    "odoo-gate retain --repository ghcr.io/acme/odoo --pattern 'prod-v*' --history promotions.jsonl    what would go",
    "odoo-gate retain --repository ghcr.io/acme/odoo --pattern 'prod-v*,uat-v*' --history promotions.jsonl --protect prod-v1.2.3 --yes",
    "odoo-gate retain --repository ghcr.io/acme/odoo --pattern 'prod-v*' --order version    where no history was kept",
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--repository <name>', 'the repository, with its registry'))
      .addOption(
        option('--pattern <patterns>', 'comma-separated tags, * stands for anything; others are never touched'),
      )
      .addOption(option('--keep-last <count>', 'how many of each pattern stay').default(5))
      .addOption(option('--protect <names>', 'comma-separated tags and digests that stay, such as what runs now'))
      .addOption(option('--history <file>', 'says when each tag was promoted; what is removed is recorded there'))
      .addOption(
        option('--order <order>', 'what makes a release newer').choices(['promotion', 'version']).default('promotion'),
      )
      .addOption(option('--yes', 'remove them; without it nothing is changed'));
  },
  run: async ({ pattern, keepLast, protect, history, order, yes, format, ...given }, { progress, signal }) => {
    const repository = parseRepository(given.repository);
    const name = formatRepository(repository);
    const recorded =
      history === undefined ? {} : await releaseHistory(history, { repository: name, operator: currentOperator() });
    const retention = await runRetain({
      registry: connectRegistry(repository, { signal }),
      patterns: pattern,
      keep: keepLast,
      protect,
      order,
      apply: yes,
      progress,
      ...recorded,
    });
    process.stdout.write(format === 'json' ? `${JSON.stringify(retention, null, 2)}\n` : retentionTable(retention));
    return yes && retention.tags.some(({ outcome }) => outcome === 'unsupported') ? 3 : 0;
  },
};
