import { abortOnSignals, Interrupted } from './interrupt.ts';
import { createProgram, subcommandsFor } from './program.ts';
import { reportError } from './report-error.ts';

const signal = abortOnSignals();
try {
  const program = await createProgram(signal, { only: subcommandsFor(process.argv.slice(2)) });
  await program.parseAsync();
} catch (error) {
  if (signal.aborted && signal.reason instanceof Interrupted) process.exitCode = signal.reason.exitCode;
  else process.exitCode = reportError(error);
}
