import type { Command, Option } from 'commander';
import type { z } from 'zod';
import type { ExitCode } from '../harness/errors.ts';
import { commonOptions, parseOptions } from './options.ts';
import { consoleProgress } from './progress.ts';

/** What a subcommand gets beside its options. */
interface CommandContext {
  progress: ReturnType<typeof consoleProgress>;
  signal: AbortSignal;
  command: Command;
}

/** One subcommand: what it is called, what it takes, what it does. The exit code is what it returns. */
export interface Subcommand<Shape extends z.ZodRawShape> {
  name: string;
  summary: string;
  /** Shown at the end of `--help`: command lines with a word on what they do. */
  examples: readonly string[];
  /** Adds arguments and options. */
  declare(command: Command): void;
  options: Shape;
  run(options: z.output<z.ZodObject<Shape>>, context: CommandContext): Promise<ExitCode>;
}

/** What to do with a subcommand whose options are parsed. */
export type Perform = <Shape extends z.ZodRawShape>(
  subcommand: Subcommand<Shape>,
  ...run: Parameters<Subcommand<Shape>['run']>
) => Promise<ExitCode>;

const runIt: Perform = (subcommand, options, context) => subcommand.run(options, context);

const VARIABLES = `The environment can set each option: --base-url is ODOO_GATE_BASE_URL. odoo-gate.yaml
can set those that docs/configuration.md lists. The flag wins over both.`;

/** Hangs a subcommand under the program. */
export function addSubcommand<Shape extends z.ZodRawShape>(
  program: Command,
  signal: AbortSignal,
  subcommand: Subcommand<Shape>,
  perform = runIt,
): void {
  const command = program.command(subcommand.name).summary(subcommand.summary).description(subcommand.summary);
  subcommand.declare(command);
  commonOptions(command);
  command.configureHelp({ optionDescription: (option) => describeOption(option, subcommand.options) });
  command.addHelpText(
    'after',
    `\n${VARIABLES}\n\nExamples:\n${subcommand.examples.map((line) => `  ${line}`).join('\n')}`,
  );
  command.action(async () => {
    const progress = consoleProgress();
    try {
      const options = parseOptions(command, subcommand.options);
      process.exitCode = await perform(subcommand, options, { progress, signal, command });
    } finally {
      progress.close();
    }
  });
}

/** What an option does; its variable is left out, as the name follows from the option's. */
function describeOption(option: Option, shape: z.ZodRawShape): string {
  const type = shape[option.attributeName()] as z.ZodType | undefined;
  const required = option.defaultValue === undefined && type?.safeParse(undefined).success === false;
  const notes = [
    ...(required ? ['required'] : []),
    ...(option.argChoices === undefined ? [] : [option.argChoices.join(' | ')]),
    ...(option.defaultValue === undefined ? [] : [`default: ${option.defaultValue}`]),
  ];
  return notes.length === 0 ? option.description : `${option.description} (${notes.join('; ')})`;
}
