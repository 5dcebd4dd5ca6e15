import { readFileSync } from 'node:fs';
import { messageOf, UsageError } from '../errors.ts';

/** A file of an addon. Throws `UsageError('addons-folder')`. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

export function unreadable(path: string, cause: unknown): UsageError {
  return new UsageError('addons-folder', `Addons can't be read from ${path}: ${messageOf(cause)}`, {
    next: 'Name folders that hold addons, and see that this user may read them.',
    cause,
  });
}
