import { CommanderError } from 'commander';
import pc from 'picocolors';
import { type ExitCode, GateError, messageOf } from '../harness/errors.ts';

/** Prints what went wrong and what to do on stderr, and returns the exit code. */
export function reportError(error: unknown, debug = process.env.ODOO_GATE_DEBUG !== undefined): ExitCode {
  const colours = pc.createColors(process.stderr.isTTY && !process.env.NO_COLOR);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return 2; // it was called with nothing, and has printed its help
  }
  const { code, message, next, exitCode } = describe(error);
  process.stderr.write(`${colours.red('error')} [${code}] ${message}\n${colours.bold('  do:')} ${next}\n`);
  if (debug && error instanceof Error)
    process.stderr.write(`${error.stack}\n${error.cause === undefined ? '' : `cause: ${String(error.cause)}\n`}`);
  return exitCode;
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
    message: messageOf(error),
    next: 'Run it again with ODOO_GATE_DEBUG=1 and report what it prints.',
    exitCode: 3,
  };
}
