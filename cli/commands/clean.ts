import { z } from 'zod';
import { forgetAnswers } from '../../harness/stack/cache-folder.ts';
import { removeLeftovers } from '../../harness/stack/clean.ts';
import { connectEngine } from '../../harness/stack/engine.ts';
import { removeAllTemplates } from '../../harness/stack/template.ts';
import type { Subcommand } from '../command.ts';
import { common, option } from '../options.ts';

const options = { ...common, all: z.boolean().default(false), cache: z.boolean().default(false) };

/** `odoo-gate clean` */
export const clean: Subcommand<typeof options> = {
  name: 'clean',
  summary: 'remove the containers, networks and volumes that killed runs left behind',
  examples: [
    'odoo-gate clean            what no living run owns',
    'odoo-gate clean --all      also stacks kept by `up` or --keep',
    'odoo-gate clean --cache    also the cached templates: copies of your databases',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--all', 'also what was kept on purpose'))
      .addOption(option('--cache', 'also cached templates of databases and their filestores'));
  },
  run: async ({ all, cache, format }, { progress }) => {
    const engine = await connectEngine();
    const removed = await progress.step('remove leftovers', () => removeLeftovers(engine, { all }));
    const templates = cache ? await progress.step('remove cached templates', () => removeAllTemplates(engine)) : 0;
    if (cache) await forgetAnswers();
    const total = { ...removed, templates };
    const words = Object.entries(total).map(([what, count]) => `${count} ${what}`);
    process.stdout.write(format === 'json' ? `${JSON.stringify(total)}\n` : `removed ${words.join(', ')}\n`);
    return 0;
  },
};
