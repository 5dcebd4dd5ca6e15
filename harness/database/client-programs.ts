import type { Readable, Writable } from 'node:stream';

export type ClientProgram = 'psql' | 'pg_restore' | 'pg_dump';

export interface ClientProgramIo {
  stdin?: Readable;
  /** Without it stdout is collected and returned. */
  stdout?: Writable;
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
  /** The path under which the programs see a local file or folder (copied into the container where needed). */
  expose(localPath: string): Promise<string>;
}

/** A client program that ended with an error. `stderr` is its last lines, without data rows. */
export class ClientProgramError extends Error {
  override readonly name = 'ClientProgramError';
  readonly program: ClientProgram;
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(program: ClientProgram, exitCode: number | null, stderr: string) {
    super(`${program} ended with ${exitCode ?? 'a signal'}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
    this.program = program;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}
