import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientProgram, ClientProgramError, type ClientProgramIo } from './client-programs.ts';
import { TailCollector, withoutRowData } from './program-messages.ts';

const STDERR_LIMIT = 64 * 1024;
const STDOUT_LIMIT = 64 * 1024 * 1024;

/** A client program that runs, wherever it does. */
export interface RunningProgram {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Exit code, null after a signal; rejects when the program could not be started. */
  exited: Promise<number | null>;
  terminate(): void;
}

/**
 * Feeds a running program and drains it until it ends. Only exit code 0 after the whole input was read is success: a
 * program that quits in the middle of a dump with 0 has not restored it.
 */
export async function attendProgram(
  name: ClientProgram,
  program: RunningProgram,
  { stdin, stdout, signal }: ClientProgramIo,
): Promise<{ stdout: string; stderr: string }> {
  const collected = new TailCollector(STDOUT_LIMIT);
  const complaints = new TailCollector(STDERR_LIMIT);
  const stop = () => program.terminate();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const streams = Promise.all([
    feed(stdin, program.stdin),
    pipeline(program.stdout, stdout ?? collected),
    pipeline(program.stderr, complaints),
  ]);
  streams.catch(stop);
  try {
    const [exited, flowed] = await Promise.allSettled([program.exited, streams]);
    signal?.throwIfAborted();
    if (flowed.status === 'rejected' && !isClosedEarly(flowed.reason)) throw flowed.reason;
    if (exited.status === 'rejected') throw exited.reason;
    const stderr = withoutRowData(complaints.text());
    if (exited.value !== 0) throw new ClientProgramError(name, exited.value, stderr);
    if (flowed.status === 'rejected') throw flowed.reason;
    const [delivered] = flowed.value;
    if (!delivered) throw new ClientProgramError(name, 0, `${name}: error: it stopped before the end of its input`);
    return { stdout: collected.text(), stderr };
  } catch (error) {
    stdin?.destroy();
    stdout?.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** False when the program closed its input before all was delivered; what the source itself throws is passed on. */
async function feed(source: Readable | undefined, input: Writable): Promise<boolean> {
  input.on('error', () => {});
  if (source === undefined) {
    input.end();
    return true;
  }
  try {
    await pipeline(source, input);
    return true;
  } catch (error) {
    if (isClosedEarly(error)) return false;
    throw error;
  }
}

function isClosedEarly(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'ECANCELED' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
