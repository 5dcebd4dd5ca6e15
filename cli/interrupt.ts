import { constants } from 'node:os';

/** The user, or the system, asked to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** 128 + the signal's number, as shells say it. */
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Aborts on the first Ctrl-C (or SIGTERM, SIGHUP), so that everything is cleaned up; the second ends at once. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const interrupted = new Interrupted(signal);
      if (controller.signal.aborted) process.exit(interrupted.exitCode);
      process.stderr.write(
        `\n${signal}: cleaning up (again to leave at once; \`odoo-gate clean\` removes what is left)\n`,
      );
      controller.abort(interrupted);
    });
  }
  return controller.signal;
}
