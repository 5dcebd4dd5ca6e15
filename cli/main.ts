import { Command } from 'commander';
import { toolVersion } from '../harness/verify/tool-version.ts';
import { addSubcommand } from './command.ts';
import { backup } from './commands/backup.ts';
import { check } from './commands/check.ts';
import { clean } from './commands/clean.ts';
import { coverage } from './commands/coverage.ts';
import { promote } from './commands/promote.ts';
import { restore } from './commands/restore.ts';
import { sanitize } from './commands/sanitize.ts';
import { smoke } from './commands/smoke.ts';
import { down, up } from './commands/up.ts';
import { verify } from './commands/verify.ts';
import { abortOnSignals, Interrupted } from './interrupt.ts';
import { reportError } from './report-error.ts';

const program = new Command('odoo-gate')
  .description(
    'Proves that an Odoo image and a restored copy of production are safe and work, and only then lets the tag move on.',
  )
  .version(toolVersion)
  .showHelpAfterError('(--help shows every option)')
  .exitOverride()
  .addHelpText('after', '\nExit codes: 0 pass, 1 refuse, 2 usage or configuration, 3 inconclusive or infrastructure.');

const signal = abortOnSignals();
addSubcommand(program, signal, verify);
addSubcommand(program, signal, check);
addSubcommand(program, signal, sanitize);
addSubcommand(program, signal, smoke);
addSubcommand(program, signal, coverage);
addSubcommand(program, signal, promote);
addSubcommand(program, signal, backup);
addSubcommand(program, signal, restore);
addSubcommand(program, signal, up);
addSubcommand(program, signal, down);
addSubcommand(program, signal, clean);

try {
  await program.parseAsync();
} catch (error) {
  if (signal.aborted && signal.reason instanceof Interrupted) process.exitCode = signal.reason.exitCode;
  else process.exitCode = reportError(error);
}
