import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

const MOST_WORKERS = 4;

/** How many work side by side unless told otherwise. */
export const defaultWorkers = () => Math.min(availableParallelism(), MOST_WORKERS);

/** A worker's thread ended over a task, or did not answer in time. */
export interface Lost {
  lost: true;
}

export interface PoolOptions {
  /** What a thread runs: it answers each message with one. */
  script: URL;
  data: unknown;
  workers: number;
  /** For one task, in ms; never, unless told. */
  timeoutMs?: number;
  /** Of one worker's own objects, in MB; what it goes beyond ends it. */
  heapMb?: number;
}

/**
 * Hands tasks to threads, one at a time to each, and their answers to `take`. A thread that ends, or is late, loses its
 * task alone: another takes its place.
 */
export async function shareOut<Task, Answer extends object>(
  tasks: AsyncIterable<Task> | Iterable<Task>,
  { script, data, workers, timeoutMs, heapMb }: PoolOptions,
  take: (answer: Answer | Lost, task: Task) => void,
): Promise<void> {
  const waiting = each(tasks);
  const start = () => {
    const worker = new Worker(script, {
      workerData: data,
      resourceLimits: {
        maxYoungGenerationSizeMb: 16,
        ...(heapMb === undefined ? {} : { maxOldGenerationSizeMb: heapMb }),
      },
    });
    // An error between two tasks must not end the process.
    return worker.on('error', () => {});
  };
  const work = async () => {
    let worker: Worker | undefined;
    try {
      for await (const task of waiting) {
        worker ??= start();
        const answer = await ask<Answer>(worker, task, timeoutMs);
        if ('lost' in answer) {
          await worker.terminate();
          worker = undefined;
        }
        take(answer, task);
      }
    } finally {
      await worker?.terminate();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** One sequence that several loops take from. */
async function* each<Task>(tasks: AsyncIterable<Task> | Iterable<Task>): AsyncGenerator<Task> {
  yield* tasks;
}

function ask<Answer>(worker: Worker, task: unknown, timeoutMs: number | undefined): Promise<Answer | Lost> {
  return new Promise((resolve) => {
    const settle = (answer: Answer | Lost) => {
      clearTimeout(timer);
      worker.off('message', settle).off('error', gone).off('exit', gone);
      resolve(answer);
    };
    const gone = () => settle({ lost: true });
    const timer = timeoutMs === undefined ? undefined : setTimeout(gone, timeoutMs);
    worker.on('message', settle).on('error', gone).on('exit', gone);
    worker.postMessage(task);
  });
}
