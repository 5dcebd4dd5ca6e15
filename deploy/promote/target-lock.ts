import { createHash } from 'node:crypto';
import { lock } from 'proper-lockfile';
import { InfrastructureError } from '../../harness/errors.ts';
import type { Progress } from '../../harness/progress.ts';
import { cacheFolder } from '../../harness/stack/cache-folder.ts';

/** Longer than a promotion takes, in ms. */
const STALE_MS = 15_000;
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 120_000;

/**
 * Keeps other promotions to one tag waiting, on this machine: no registry can be told "only if it is not there". `work`
 * gets a function that throws when the lock was lost meanwhile. Throws `InfrastructureError('promote-locked')`.
 */
export async function withTargetLock<T>(
  target: string,
  progress: Progress,
  work: (assertHeld: () => void) => Promise<T>,
): Promise<T> {
  const folder = cacheFolder('promotions', createHash('sha256').update(target).digest('hex').slice(0, 32));
  let lost = false;
  const unlock = await take(folder, target, progress, () => {
    lost = true;
  });
  try {
    return await work(() => {
      if (lost) throw locked(target, 'took over the lock of');
    });
  } finally {
    if (!lost) await unlock();
  }
}

async function take(folder: string, target: string, progress: Progress, onCompromised: () => void) {
  const hold = (retries: number) =>
    lock(folder, {
      stale: STALE_MS,
      update: STALE_MS / 3,
      onCompromised,
      retries: { retries, factor: 1, minTimeout: WAIT_MS, maxTimeout: WAIT_MS },
    });
  try {
    return await hold(0).catch((error: unknown) => {
      if (!isLocked(error)) throw error;
      return progress.step(`wait for another promotion to ${target}`, () => hold(LONGEST_WAIT_MS / WAIT_MS));
    });
  } catch (error) {
    throw isLocked(error) ? locked(target, 'is still setting') : error;
  }
}

function isLocked(error: unknown): boolean {
  return (error as { code?: string }).code === 'ELOCKED';
}

function locked(target: string, does: string): InfrastructureError {
  return new InfrastructureError('promote-locked', `Another promotion ${does} ${target}.`, {
    next: 'Wait until it has ended, then run this again: it goes on from what it finds.',
  });
}
