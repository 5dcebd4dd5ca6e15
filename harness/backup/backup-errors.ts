import { GateError, InfrastructureError, messageOf, UsageError } from '../errors.ts';

/** A backup that can't be used because its bytes are damaged. */
export function corrupt(path: string, what: string, cause?: unknown): UsageError {
  return new UsageError('backup-corrupt', `The backup "${path}" is damaged: ${what}.`, {
    next: 'Copy it again from where it was made (compare sha256sum on both sides), or take a new one.',
    cause,
  });
}

/** A backup that is not any more what was read before. */
export function changed(path: string): UsageError {
  return new UsageError('backup-changed', `The backup "${path}" was changed after it was inspected.`, {
    next: 'Wait until it is written completely, then start again.',
  });
}

/** A path inside an archive that could write outside the target folder, or that is not a plain file. */
export function unsafeEntry(path: string, why: string): UsageError {
  return new UsageError('backup-unsafe-path', `The archive "${path}" holds ${why}; nothing was unpacked.`, {
    next: 'Do not use this archive: find out who made it, and pack the filestore again with plain relative files.',
  });
}

/** Turns what a read of `path` threw into an error of ours; errors of ours pass through. */
export function readError(path: string, error: unknown): Error {
  const { code, name } = error as { code?: string; name?: string };
  if (error instanceof GateError || name === 'AbortError' || name === 'TimeoutError') return error as Error;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UsageError('backup-missing', `There is nothing at "${path}".`, {
        next: 'Check the path given with --backup and --filestore.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new UsageError('backup-unreadable', `The backup "${path}" may not be read by this user.`, {
        next: `Give read permission, for example: sudo chmod -R a+rX "${path}"`,
        cause: error,
      });
    case 'EIO':
    case 'EMFILE':
    case 'ENFILE':
      return new InfrastructureError('backup-read-failed', `Reading "${path}" failed: ${messageOf(error)}`, {
        next: 'Check the disk that holds it.',
        cause: error,
      });
    default:
      return corrupt(path, messageOf(error), error);
  }
}

/** Turns what a write below `path` threw into an error of ours. `neededBytes` is what the whole takes. */
export function writeError(path: string, neededBytes: number, error: unknown): unknown {
  const { code } = error as { code?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, neededBytes, error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new UsageError('folder-not-writable', `"${path}" may not be written by this user.`, {
      next: 'Choose another folder, or give write permission.',
      cause: error,
    });
  }
  return error;
}

export function diskFull(path: string, neededBytes: number, cause?: unknown): InfrastructureError {
  return new InfrastructureError('disk-full', `The disk of "${path}" is full: ${neededBytes} bytes are needed.`, {
    next: 'Free space there, or choose a folder on another disk.',
    cause,
  });
}
