import type { Readable, Writable } from 'node:stream';

export type ClientProgram = 'psql' | 'pg_restore' | 'pg_dump';

export interface ClientProgramIo {
  /** Has to be read to its end by the program: one that stops early has failed, whatever its exit code. */
  stdin?: Readable;
  /** Without it stdout is collected and returned. It is ended when the program ends. */
  stdout?: Writable;
  /** Ends the program; `run` then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Postgres' own client programs, run beside a server: on this machine, or inside the server's container.
 * Connection options are added by the implementation; callers name the database by `--dbname`.
 */
export interface ClientPrograms {
  /** Resolves with what it printed when it ends with 0; rejects with `ClientProgramError` otherwise. */
  run(
    program: ClientProgram,
    args: readonly string[],
    io?: ClientProgramIo,
  ): Promise<{ stdout: string; stderr: string }>;
  /** Runs `work` with the path under which the programs see a local file or folder: a copy, where needed, that is gone afterwards. */
  expose<T>(localPath: string, work: (visiblePath: string) => Promise<T>): Promise<T>;
}

/** A client program that ended with an error. `stderr` is its last lines, without data rows. */
export class ClientProgramError extends Error {
  override readonly name = 'ClientProgramError';
  readonly program: ClientProgram;
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(program: ClientProgram, exitCode: number | null, stderr: string) {
    const lines = stderr.trim().split('\n');
    const told = lines.find((line) => /\b(error|fatal)\b/i.test(line)) ?? lines.at(-1) ?? '';
    super(`${program} ended with ${exitCode ?? 'a signal'}${told === '' ? '' : `: ${told}`}`);
    this.program = program;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}
