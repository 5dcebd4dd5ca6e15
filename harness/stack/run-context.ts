import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import { removeRun } from './clean.ts';
import { connectEngine, type Engine } from './engine.ts';
import { type CutOffNetwork, createCutOffNetwork } from './network.ts';
import { removeRunFolder } from './run-folder.ts';
import { newRun, type Run } from './run-identity.ts';

/** What everything that starts a container needs. */
export interface RunContext {
  engine: Engine;
  run: Run;
  network: CutOffNetwork;
  progress: Progress;
  signal: AbortSignal;
}

interface RunOptions {
  progress: Progress;
  /** Aborting it ends the work at once and removes what it started. */
  signal: AbortSignal;
  /** Leave the containers when the work succeeds. */
  keep?: boolean;
}

/** Gives `work` an engine and a network of its own, and removes all that it started, however it ends. */
export async function withRun<T>(
  { progress, signal, keep = false }: RunOptions,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const engine = await connectEngine();
  const run = newRun({ keep });
  let succeeded = false;
  let working: Promise<T> | undefined;
  try {
    const network = await createCutOffNetwork(engine, run);
    working = work({ engine, run, network, progress, signal });
    const result = await Promise.race([working, rejectOnAbort(signal)]);
    succeeded = true;
    return result;
  } finally {
    if (keep && succeeded) await removeRunFolder(run.id);
    else {
      await progress.step('take the stack down', async () => {
        // What was waited for when the abort came fails as soon as its container is gone; then nothing new can start.
        await removeRun(engine, run.id);
        if (!succeeded && working !== undefined) {
          await Promise.race([working.then(noop, noop), delay(15_000, undefined, { ref: false })]);
          await removeRun(engine, run.id);
        }
      });
    }
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function noop(): void {}
