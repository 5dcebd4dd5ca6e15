/** What a shell sees: 0 pass, 1 refuse, 2 usage or configuration, 3 inconclusive or infrastructure. */
export type ExitCode = 0 | 1 | 2 | 3;

interface GateErrorOptions {
  /** What the user should do now, one sentence. */
  next: string;
  cause?: unknown;
}

/** Base of every error that odoo-gate throws on purpose. Messages never carry secrets or personal values. */
export abstract class GateError extends Error {
  abstract readonly exitCode: ExitCode;
  /** Stable, kebab-case, documented: `backup-truncated`. */
  readonly code: string;
  /** What the user should do now, one sentence. */
  readonly next: string;

  constructor(code: string, message: string, options: GateErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.next = options.next;
  }
}

/** The input is wrong: an option, a key of the configuration, a backup that can't be used. Exit code 2. */
export class UsageError extends GateError {
  readonly exitCode = 2;
}

/** The surroundings failed: no engine, no disk, a server gone, a time-out. Exit code 3. */
export class InfrastructureError extends GateError {
  readonly exitCode = 3;
}

/** The text of anything thrown, for messages. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
