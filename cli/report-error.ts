import { CommanderError } from 'commander';
import pc from 'picocolors';
import { type ExitCode, GateError, messageOf } from '../harness/errors.ts';
import { maskValues } from '../harness/masking.ts';

/** Prints what went wrong and what to do on stderr, and returns the exit code. */
export function reportError(error: unknown, debug = process.env.ODOO_GATE_DEBUG !== undefined): ExitCode {
  const colours = pc.createColors(process.stderr.isTTY === true && !process.env.NO_COLOR);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return 2; // it was called with nothing, and has printed its help
  }
  const { code, message, next, exitCode } = describe(error);
  process.stderr.write(`${colours.red('error')} [${code}] ${message}\n${colours.bold('  do:')} ${next}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${placesOf(error)}${causeOf(error)}`);
  return exitCode;
}

/** Where it was thrown: the stack without the message, which stands above. */
function placesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

function causeOf({ cause }: Error): string {
  if (cause === undefined) return '';
  return `  cause: ${maskValues(messageOf(cause))}\n${cause instanceof Error ? placesOf(cause) : ''}`;
}

function describe(error: unknown): Pick<GateError, 'code' | 'message' | 'next' | 'exitCode'> {
  if (error instanceof GateError) return error;
  if (error instanceof CommanderError) {
    return {
      // commander.unknownOption
      code: error.code.replace(/^commander\./, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      message: error.message.replace(/^error: /, '').replaceAll('\n', ' '),
      next: '`odoo-gate --help` lists the commands; `--help` after one shows its options with an example.',
      exitCode: 2,
    };
  }
  return {
    code: 'unexpected',
    // Foreign words, of Postgres for example, may quote a row.
    message: maskValues(messageOf(error)),
    next: 'Run it again with ODOO_GATE_DEBUG=1 and report what it prints.',
    exitCode: 3,
  };
}
