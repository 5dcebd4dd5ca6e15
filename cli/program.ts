import { Command } from 'commander';
import type { z } from 'zod';
import { toolVersion } from '../harness/verify/tool-version.ts';
import { addSubcommand, type Perform, type Subcommand } from './command.ts';

/** Hangs one subcommand under the program, when its module is needed. */
type Add = (program: Command, signal: AbortSignal, perform?: Perform) => Promise<void>;

function lazily<Shape extends z.ZodRawShape>(load: () => Promise<Subcommand<Shape>>): Add {
  return async (program, signal, perform) => addSubcommand(program, signal, await load(), perform);
}

/** Each is loaded when it is asked for: browser and containers take a second that most commands have no use for. */
const SUBCOMMANDS: Readonly<Record<string, Add>> = {
  verify: lazily(async () => (await import('./commands/verify.ts')).verify),
  check: lazily(async () => (await import('./commands/check.ts')).check),
  rules: lazily(async () => (await import('./commands/rules.ts')).rules),
  sanitize: lazily(async () => (await import('./commands/sanitize.ts')).sanitize),
  fingerprint: lazily(async () => (await import('./commands/fingerprint.ts')).fingerprint),
  selftest: lazily(async () => (await import('./commands/selftest.ts')).selftest),
  smoke: lazily(async () => (await import('./commands/smoke.ts')).smoke),
  test: lazily(async () => (await import('./commands/test.ts')).test),
  lint: lazily(async () => (await import('./commands/lint.ts')).lint),
  coverage: lazily(async () => (await import('./commands/coverage.ts')).coverage),
  keys: lazily(async () => (await import('./commands/keys.ts')).keys),
  gate: lazily(async () => (await import('./commands/gate.ts')).gate),
  approve: lazily(async () => (await import('./commands/approve.ts')).approve),
  promote: lazily(async () => (await import('./commands/promote.ts')).promote),
  history: lazily(async () => (await import('./commands/history.ts')).history),
  retain: lazily(async () => (await import('./commands/retain.ts')).retain),
  backup: lazily(async () => (await import('./commands/backup.ts')).backup),
  restore: lazily(async () => (await import('./commands/restore.ts')).restore),
  up: lazily(async () => (await import('./commands/up.ts')).up),
  down: lazily(async () => (await import('./commands/up.ts')).down),
  clean: lazily(async () => (await import('./commands/clean.ts')).clean),
};

/** The subcommands that a command line can be about: one if it names one, none for the version alone, else all. */
export function subcommandsFor([first]: readonly string[]): string[] {
  if (first === '--version' || first === '-V') return [];
  return first !== undefined && Object.hasOwn(SUBCOMMANDS, first) ? [first] : Object.keys(SUBCOMMANDS);
}

/** The command line, whole unless told otherwise. `perform` is what a subcommand does once its options are parsed: it runs, unless told otherwise. */
export async function createProgram(
  signal: AbortSignal,
  { perform, only = Object.keys(SUBCOMMANDS) }: { perform?: Perform; only?: readonly string[] } = {},
): Promise<Command> {
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

  for (const name of only) await SUBCOMMANDS[name]?.(program, signal, perform);
  return program;
}
