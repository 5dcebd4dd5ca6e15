import { open } from 'node:fs/promises';
import { type AppendOptions, writeAfter, writeDurably } from './append.ts';
import { checkFields, type EntryFields, GENESIS, parseEntry } from './entry.ts';
import { HistoryNotWritten } from './errors.ts';
import { whileLocked } from './lock.ts';
import { type Anchor, assertIntact, type Verification, verifyHistory } from './verify.ts';

export interface RepairOptions extends AppendOptions {
  anchors?: readonly Anchor[];
}

/** `completed`: the line lacked nothing but its newline. `removed`: it was not whole, its bytes are gone. */
export type Repair =
  | { outcome: 'nothing-to-repair' }
  | { outcome: 'completed' | 'removed'; line: number; bytes: number };

/**
 * Takes an incomplete last line away, or completes it where only its newline is missing, and records that with status
 * `repaired`. A complete line is never touched: any other damage throws `HistoryDamaged`.
 */
export async function repairHistory(path: string, operator: string, options: RepairOptions = {}): Promise<Repair> {
  checkFields(record(operator, 'removed'));
  return whileLocked(path, options, async (assertHeld) => {
    const found = await verifyHistory(path, options.anchors, { locked: true });
    if (found.status === 'intact') return { outcome: 'nothing-to-repair' };
    if (found.damage.kind !== 'torn') assertIntact(path, found);
    const torn = await tailOf(path, found.bytes);
    const outcome = isNext(torn, found) ? 'completed' : 'removed';
    if (outcome === 'completed') await writeDurably(path, found.bytes + torn.length, Buffer.from('\n'), assertHeld);
    else await cutTo(path, found.bytes, assertHeld);
    const mended = assertIntact(path, await verifyHistory(path, options.anchors, { locked: true }));
    await writeAfter(path, mended, record(operator, outcome), { now: options.now ?? new Date(), assertHeld });
    return { outcome, line: found.damage.line, bytes: torn.length };
  });
}

/** It is about no version and no environment. */
function record(operator: string, outcome: 'completed' | 'removed'): EntryFields {
  const about = { version: 'none', environment: 'none' };
  return { ...about, status: 'repaired', operator, detail: `incomplete-line-${outcome}` };
}

/** Whether the bytes are the whole entry that belongs there. */
function isNext(bytes: Uint8Array, { entries, head }: Verification): boolean {
  const entry = parseEntry(bytes);
  return entry !== undefined && entry.sequence === entries && entry.previous === (head?.head ?? GENESIS);
}

async function tailOf(path: string, start: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc((await file.stat()).size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function cutTo(path: string, length: number, assertHeld: () => void): Promise<void> {
  const file = await open(path, 'r+').catch((cause) => {
    throw new HistoryNotWritten(path, cause);
  });
  try {
    assertHeld();
    await file.truncate(length);
    await file.sync();
  } finally {
    await file.close();
  }
}
