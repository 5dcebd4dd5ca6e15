import { CommanderError } from 'commander';
import pc from 'picocolors';
import { type ExitCode, GateError, messageOf } from '../harness/errors.ts';

/** Prints what went wrong and what to do on stderr, and returns the exit code. */
export function reportError(error: unknown, debug = process.env.ODOO_GATE_DEBUG !== undefined): ExitCode {
  const colours = pc.createColors(process.stderr.isTTY && !process.env.NO_COLOR);
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it already
  if (error instanceof GateError) {
    process.stderr.write(
      `${colours.red('error')} [${error.code}] ${error.message}\n${colours.bold('  do:')} ${error.next}\n`,
    );
  } else {
    process.stderr.write(`${colours.red('error')} [unexpected] ${messageOf(error)}\n`);
    process.stderr.write(`${colours.bold('  do:')} Run it again with ODOO_GATE_DEBUG=1 and report what it prints.\n`);
  }
  if (debug && error instanceof Error)
    process.stderr.write(`${error.stack}\n${error.cause === undefined ? '' : `cause: ${String(error.cause)}\n`}`);
  return error instanceof GateError ? error.exitCode : 3;
}
