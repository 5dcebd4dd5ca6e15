import { abortOnSignals, Interrupted } from './interrupt.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

const signal = abortOnSignals();
try {
  await createProgram(signal).parseAsync();
} catch (error) {
  if (signal.aborted && signal.reason instanceof Interrupted) process.exitCode = signal.reason.exitCode;
  else process.exitCode = reportError(error);
}
