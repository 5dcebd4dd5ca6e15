import { readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { check, lock } from 'proper-lockfile';
import { z } from 'zod';
import { InfrastructureError } from '../../harness/errors.ts';
import { HistoryNotWritten } from './errors.ts';

export interface LockOptions {
  /** How long to wait for another process; 20 000 unless told. */
  waitMs?: number;
}

/** A holder renews its lock twice in this time; one that does not is dead. */
const STALE_MS = 8_000;
const RETRY_MS = 25;

const HOLDER = z.object({ pid: z.int(), host: z.string().regex(/^[\w.-]{1,255}$/), since: z.iso.datetime() });

/**
 * Runs while no other process holds the lock of this file (`FILE.lock`); a dead process' lock is taken over. `work` asks
 * `assertHeld` before what can't be undone. Throws `history-locked` after `waitMs`, `history-not-written` where no lock can be made.
 */
export async function whileLocked<T>(
  path: string,
  { waitMs = 20_000 }: LockOptions,
  work: (assertHeld: () => void) => Promise<T>,
): Promise<T> {
  let lost: Error | undefined;
  const file = await withoutLinks(path);
  const onCompromised = (error: Error) => {
    lost = error;
  };
  const unlock = await acquire(path, file, waitMs, onCompromised);
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  // Only for the message to others: without it the lock is as good.
  await writeFile(holderFile(file), JSON.stringify(holder)).catch(() => {});
  process.on('SIGXFSZ', answerByError);
  try {
    return await work(() => {
      if (lost !== undefined) throw takenOver(path, lost);
    });
  } finally {
    process.off('SIGXFSZ', answerByError);
    if (lost === undefined) {
      await rm(holderFile(file), { force: true }).catch(() => {});
      await unlock().catch(() => {});
    }
  }
}

/** A write beyond the process' limit (`ulimit -f`) fails with an error of its own; without a listener the lock's library would end the process amid the line. */
function answerByError(): void {}

async function acquire(path: string, file: string, waitMs: number, onCompromised: (error: Error) => void) {
  for (const deadline = performance.now() + waitMs; ; ) {
    try {
      return await lock(file, { realpath: false, stale: STALE_MS, onCompromised });
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'ELOCKED') throw new HistoryNotWritten(path, cause);
      if (performance.now() >= deadline) throw await lockedError(path, holderFile(file), waitMs);
    }
    await delay(RETRY_MS);
  }
}

/** Whether a living process writes to this file now. */
export async function isLocked(path: string): Promise<boolean> {
  return check(await withoutLinks(path), { realpath: false, stale: STALE_MS }).catch(() => false);
}

/** Another process took the lock over while this one was stopped, or wrote without it. */
export function takenOver(path: string, cause?: unknown): InfrastructureError {
  return new InfrastructureError('history-lock-lost', `Another process wrote to the history "${path}" meanwhile.`, {
    next: 'Nothing was written; run it again.',
    cause,
  });
}

async function lockedError(path: string, holderPath: string, waitMs: number): Promise<InfrastructureError> {
  const holder = await readFile(holderPath, 'utf8').then(
    (text) => HOLDER.safeParse(safeJson(text)).data,
    () => undefined,
  );
  const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`;
  const since = holder === undefined ? '' : `, since ${holder.since}`;
  const message = `${who} writes to the history "${path}"${since}; waited ${waitMs} ms.`;
  return new InfrastructureError('history-locked', message, {
    next: 'Wait until it has ended, then run it again; the lock of a dead process is taken over by itself.',
  });
}

/** One file under two names has one lock. */
async function withoutLinks(path: string): Promise<string> {
  const folder = () => realpath(dirname(path)).then((real) => join(real, basename(path)));
  return realpath(path)
    .catch(folder)
    .catch(() => path);
}

function holderFile(path: string): string {
  return `${path}.holder`;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
