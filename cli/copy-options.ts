import type { Command } from 'commander';
import { list, option, text } from './options.ts';

/** A backup, and the images that it is restored under. */
export const copyShape = {
  image: text,
  postgresImage: text.default('postgres:17'),
  backup: text,
  filestore: text.optional(),
  addons: list.optional(),
};

export function declareCopy(command: Command): Command {
  return command
    .addOption(option('--image <reference>', 'Odoo image; pulled if a registry has it'))
    .addOption(option('--postgres-image <reference>', 'Postgres image').default('postgres:17'))
    .addOption(option('--backup <path>', 'Odoo zip, pg_dump custom, directory or plain(.gz)'))
    .addOption(option('--filestore <path>', 'folder, .tar or .tar.gz, for a dump without one'))
    .addOption(option('--addons <folders>', 'comma-separated folders of addons that the image lacks'));
}
