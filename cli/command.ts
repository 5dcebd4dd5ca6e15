import type { Command } from 'commander';
import type { z } from 'zod';
import type { ExitCode } from '../harness/errors.ts';
import { commonOptions, parseOptions } from './options.ts';
import { consoleProgress } from './progress.ts';

/** What a subcommand gets beside its options. */
export interface CommandContext {
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

/** Hangs a subcommand under the program. */
export function addSubcommand<Shape extends z.ZodRawShape>(
  program: Command,
  signal: AbortSignal,
  subcommand: Subcommand<Shape>,
): void {
  const command = commonOptions(
    program.command(subcommand.name).summary(subcommand.summary).description(subcommand.summary),
  );
  subcommand.declare(command);
  command.addHelpText('after', `\nExamples:\n${subcommand.examples.map((line) => `  ${line}`).join('\n')}`);
  command.action(async () => {
    const progress = consoleProgress();
    try {
      process.exitCode = await subcommand.run(parseOptions(command, subcommand.options), { progress, signal, command });
    } finally {
      progress.close();
    }
  });
}
