import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GateError } from '../../harness/errors.ts';
import { digestOf } from '../registry/manifest.ts';
import { checkFields, type Entry, type EntryFields, GENESIS, serialize } from './entry.ts';
import { HistoryNotWritten } from './errors.ts';
import { type LockOptions, takenOver, whileLocked } from './lock.ts';
import { type Anchor, assertIntact, verifyHistory } from './verify.ts';

export interface AppendOptions extends LockOptions {
  now?: Date;
}

/**
 * Appends one entry, which lies on the disk when this returns; a first one makes the file, never its folder. The chain
 * is verified before: throws `HistoryDamaged` or `HistoryTorn` rather than write after a damage, `UsageError` for fields
 * that don't fit, `HistoryNotWritten` (disk full, no permission) with the file as it was, and the errors of `whileLocked`.
 */
export async function appendEntry(
  path: string,
  fields: EntryFields,
  options: AppendOptions = {},
): Promise<{ entry: Entry; head: Anchor }> {
  const checked = checkFields(fields);
  return whileLocked(path, options, async (assertHeld) => {
    const chain = assertIntact(path, await verifyHistory(path, [], { locked: true }));
    return writeAfter(path, chain, checked, { now: options.now ?? new Date(), assertHeld });
  });
}

/** What a line is written after. */
interface End {
  bytes: number;
  head?: Anchor;
}

/** Writes the next entry after a verified chain. The lock has to be held. */
export async function writeAfter(
  path: string,
  end: End,
  fields: EntryFields,
  { now, assertHeld }: { now: Date; assertHeld: () => void },
): Promise<{ entry: Entry; head: Anchor }> {
  const entry: Entry = {
    ...checkFields(fields),
    sequence: end.head === undefined ? 0 : end.head.sequence + 1,
    previous: end.head?.head ?? GENESIS,
    at: now.toISOString(),
  };
  const line = Buffer.from(`${serialize(entry)}\n`);
  await writeDurably(path, end.bytes, line, assertHeld);
  return { entry, head: { sequence: entry.sequence, head: digestOf(line.subarray(0, -1)) } };
}

/** Appends at `offset`, which has to be the end of the file: all of it, or nothing. */
export async function writeDurably(
  path: string,
  offset: number,
  bytes: Uint8Array,
  assertHeld: () => void,
): Promise<void> {
  const file = await open(path, 'a').catch((cause) => {
    throw new HistoryNotWritten(path, cause);
  });
  try {
    if ((await file.stat()).size !== offset) throw takenOver(path);
    if (offset === 0) await syncFolder(path);
    assertHeld();
    await writeWhole(file, bytes).catch(async (cause) => {
      await takeBack(file, offset, bytes.length).catch(() => {});
      throw cause;
    });
  } catch (cause) {
    throw cause instanceof GateError ? cause : new HistoryNotWritten(path, cause);
  } finally {
    await file.close();
  }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const { bytesWritten } = await file.write(bytes);
  if (bytesWritten < bytes.length) throw new Error(`${bytesWritten} of ${bytes.length} bytes were written`);
  await file.sync();
}

/** Removes what this write has added, and never more. */
async function takeBack(file: FileHandle, offset: number, length: number): Promise<void> {
  if ((await file.stat()).size > offset + length) return;
  await file.truncate(offset);
  await file.sync();
}

/** A new file survives a power failure once its folder's entry does. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
