import { z } from 'zod';
import { UsageError } from '../../harness/errors.ts';
import { removeRun } from '../../harness/stack/clean.ts';
import { connectEngine } from '../../harness/stack/engine.ts';
import { startForLooking } from '../../harness/verify/look.ts';
import type { Subcommand } from '../command.ts';
import { common, list, option, text } from '../options.ts';

const upOptions = {
  ...common,
  image: text,
  postgresImage: text.default('postgres:17'),
  backup: text.optional(),
  filestore: text.optional(),
  modules: list.optional(),
  demo: z.boolean().default(false),
  addons: list.optional(),
};

/** `odoo-gate up` */
export const up: Subcommand<typeof upOptions> = {
  name: 'up',
  summary: 'start a cut-off stack to look at, from a backup or new',
  examples: [
    'odoo-gate up --image odoo:19 --backup prod.zip',
    'odoo-gate up --image odoo:19 --modules sale_management,stock --demo',
    'odoo-gate down 1a2b3c4d    removes it',
  ],
  options: upOptions,
  declare: (command) => {
    command
      .addOption(option('--image <reference>', 'Odoo image'))
      .addOption(option('--postgres-image <reference>', 'Postgres image').default('postgres:17'))
      .addOption(option('--backup <path>', 'Odoo zip, pg_dump custom, directory or plain(.gz)'))
      .addOption(option('--filestore <path>', 'folder, .tar or .tar.gz, for a dump without one'))
      .addOption(option('--modules <names>', 'comma-separated modules of a new database').conflicts('backup'))
      .addOption(option('--demo', 'with demo data'))
      .addOption(option('--addons <folders>', 'comma-separated folders of addons that the image lacks'));
  },
  run: async ({ backup, filestore, modules, addons, format, ...given }, { progress, signal }) => {
    // Both: the backup stands in the configuration, for other commands; commander refuses two flags.
    if (backup === undefined && modules === undefined) {
      throw new UsageError('options', 'Either --backup or --modules says what the stack holds.', {
        next: 'Give one of them.',
      });
    }
    const stack = await startForLooking({
      image: given.image,
      postgresImage: given.postgresImage,
      content:
        modules !== undefined || backup === undefined
          ? { modules: modules ?? [], demo: given.demo }
          : { backup, ...(filestore === undefined ? {} : { filestore }) },
      addons: addons ?? [],
      progress,
      signal,
    });
    if (format === 'json') process.stdout.write(`${JSON.stringify(stack)}\n`);
    else {
      process.stdout.write(`Odoo     ${stack.url}\nsign in  ${stack.login} / ${stack.password}\n`);
      process.stdout.write(`database ${stack.databaseUrl}\nremove   odoo-gate down ${stack.id}\n`);
    }
    return 0;
  },
};

const downOptions = { ...common };

/** `odoo-gate down` */
export const down: Subcommand<typeof downOptions> = {
  name: 'down',
  summary: 'remove a stack that `up` or --keep left running',
  examples: ['odoo-gate down 1a2b3c4d'],
  options: downOptions,
  declare: (command) => {
    command.argument('<id>', 'as `up` printed it');
  },
  run: async ({ format }, { command }) => {
    const id = command.args[0] ?? '';
    const removed = await removeRun(await connectEngine(), id);
    if (removed.containers + removed.networks === 0) {
      throw new UsageError('stack-unknown', `There is no stack "${id}".`, {
        next: 'docker ps --filter label=odoo-gate.run shows what runs; `odoo-gate clean --all` removes all of it.',
      });
    }
    process.stdout.write(
      format === 'json' ? `${JSON.stringify(removed)}\n` : `removed ${removed.containers} containers\n`,
    );
    return 0;
  },
};
