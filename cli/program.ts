import { Command } from 'commander';
import { toolVersion } from '../harness/verify/tool-version.ts';
import { addSubcommand, type Perform } from './command.ts';
import { approve } from './commands/approve.ts';
import { backup } from './commands/backup.ts';
import { check } from './commands/check.ts';
import { clean } from './commands/clean.ts';
import { coverage } from './commands/coverage.ts';
import { fingerprint } from './commands/fingerprint.ts';
import { gate } from './commands/gate.ts';
import { history } from './commands/history.ts';
import { keys } from './commands/keys.ts';
import { promote } from './commands/promote.ts';
import { restore } from './commands/restore.ts';
import { retain } from './commands/retain.ts';
import { rules } from './commands/rules.ts';
import { sanitize } from './commands/sanitize.ts';
import { selftest } from './commands/selftest.ts';
import { smoke } from './commands/smoke.ts';
import { down, up } from './commands/up.ts';
import { verify } from './commands/verify.ts';

/** The whole command line. `perform` is what a subcommand does once its options are parsed: it runs, unless told otherwise. */
export function createProgram(signal: AbortSignal, perform?: Perform): Command {
  const program = new Command('odoo-gate')
    .description(
      'Proves that an Odoo image and a restored copy of production are safe and work, and only then lets the tag move on.',
    )
    .version(toolVersion)
    // Printed by reportError, as every other mistake.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 pass, 1 refuse, 2 usage or configuration, 3 inconclusive or infrastructure.',
    );

  addSubcommand(program, signal, verify, perform);
  addSubcommand(program, signal, check, perform);
  addSubcommand(program, signal, rules, perform);
  addSubcommand(program, signal, sanitize, perform);
  addSubcommand(program, signal, fingerprint, perform);
  addSubcommand(program, signal, selftest, perform);
  addSubcommand(program, signal, smoke, perform);
  addSubcommand(program, signal, coverage, perform);
  addSubcommand(program, signal, keys, perform);
  addSubcommand(program, signal, gate, perform);
  addSubcommand(program, signal, approve, perform);
  addSubcommand(program, signal, promote, perform);
  addSubcommand(program, signal, history, perform);
  addSubcommand(program, signal, retain, perform);
  addSubcommand(program, signal, backup, perform);
  addSubcommand(program, signal, restore, perform);
  addSubcommand(program, signal, up, perform);
  addSubcommand(program, signal, down, perform);
  addSubcommand(program, signal, clean, perform);
  return program;
}
