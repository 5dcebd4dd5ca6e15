import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureError } from '../../harness/errors.ts';
import { digestOf } from '../registry/manifest.ts';
import type { Digest } from '../registry/reference.ts';
import { type Entry, GENESIS, parseEntry } from './entry.ts';
import { HistoryDamaged, HistoryTorn } from './errors.ts';
import { type Line, readLines } from './lines.ts';
import { isLocked } from './lock.ts';

/** An entry that was seen: whoever keeps it elsewhere finds out when the history is rewritten up to there. */
export interface Anchor {
  sequence: number;
  /** Of the entry's line, without its newline. */
  head: Digest;
}

/** The first thing wrong. */
export interface Damage {
  kind: 'malformed' | 'edited' | 'removed' | 'inserted' | 'reordered' | 'truncated' | 'rewritten' | 'torn';
  /** From 1, as editors count. */
  line: number;
  message: string;
}

/** What holds, up to the first damage. */
interface Chain {
  entries: number;
  /** Where the last complete line ends. */
  bytes: number;
  /** Undefined while there is no entry. */
  head?: Anchor;
  /** How often an entry is older than the one before it: clocks differ, or one was set back. */
  backwards: number;
}

export type Verification = Chain & ({ status: 'intact' } | { status: 'damaged'; damage: Damage });

interface ReadOptions {
  /** The caller holds the lock, so that no line is just being written. */
  locked?: boolean;
}

/**
 * Reads a history from its genesis and names the first thing wrong. No file is an empty history. Without an anchor of
 * its end, nothing shows that the last entries were cut off or the whole was written anew. Throws `history-unreadable`.
 */
export async function verifyHistory(
  path: string,
  anchors: readonly Anchor[] = [],
  options: ReadOptions = {},
): Promise<Verification> {
  const chain = walk(path, anchors, options);
  for (;;) {
    const step = await chain.next();
    if (step.done) return step.value;
  }
}

/**
 * The entries, oldest first, each once the next one has confirmed it. Throws `HistoryDamaged` or `HistoryTorn` before
 * anything that comes after a damage; what the anchors prove stands at the end, so read to the end before relying on it.
 */
export async function* readHistory(path: string, anchors: readonly Anchor[] = []): AsyncGenerator<Entry, void> {
  assertIntact(path, yield* walk(path, anchors, {}));
}

/** Its last entry, undefined while there is none. Throws as `readHistory` does. */
export async function headOf(path: string): Promise<Anchor | undefined> {
  return assertIntact(path, await verifyHistory(path)).head;
}

/** Throws `HistoryDamaged` or `HistoryTorn`. */
export function assertIntact(path: string, verification: Verification): Chain {
  if (verification.status === 'intact') return verification;
  throw verification.damage.kind === 'torn' ? new HistoryTorn(path) : new HistoryDamaged(path, verification.damage);
}

async function* walk(
  path: string,
  anchors: readonly Anchor[],
  options: ReadOptions,
): AsyncGenerator<Entry, Verification> {
  const chain: Chain = { entries: 0, bytes: 0, backwards: 0 };
  let last: Entry | undefined;
  for await (const line of linesOf(path, options)) {
    const entry = line.end === 'newline' ? parseEntry(line.bytes) : undefined;
    const damage = await damageAt(line, entry, { path, chain, anchors });
    if (damage !== undefined || entry === undefined) {
      return { ...chain, status: 'damaged', damage: damage ?? malformed(chain) };
    }
    if (last !== undefined) yield last;
    if (last !== undefined && entry.at < last.at) chain.backwards += 1;
    last = entry;
    chain.head = { sequence: entry.sequence, head: digestOf(line.bytes) };
    chain.entries += 1;
    chain.bytes += line.bytes.length + 1;
  }
  const gone = truncated(chain, anchors);
  if (gone !== undefined) return { ...chain, status: 'damaged', damage: gone };
  if (last !== undefined) yield last;
  return { ...chain, status: 'intact' };
}

interface Place {
  path: string;
  chain: Chain;
  anchors: readonly Anchor[];
}

async function damageAt(line: Line, entry: Entry | undefined, place: Place): Promise<Damage | undefined> {
  const { chain, anchors, path } = place;
  const expected = chain.entries;
  const at = expected + 1;
  if (line.end === 'nothing-yet') {
    // Anchored once, it was complete.
    return truncated(chain, anchors) ?? { kind: 'torn', line: at, message: `Line ${at} is not complete.` };
  }
  if (entry === undefined) return malformed(chain);
  const { sequence, previous } = entry;
  if (sequence < expected) {
    return {
      kind: 'inserted',
      line: at,
      message: `Line ${at} is entry ${sequence} once more, where ${expected} belongs.`,
    };
  }
  if (sequence > expected) {
    if (await comesLater(path, expected)) {
      return {
        kind: 'reordered',
        line: at,
        message: `Line ${at} is entry ${sequence}; entry ${expected} comes after it.`,
      };
    }
    const missing = sequence - 1 === expected ? `Entry ${expected} is` : `Entries ${expected} to ${sequence - 1} are`;
    return { kind: 'removed', line: at, message: `${missing} missing before line ${at}.` };
  }
  if (previous !== (chain.head?.head ?? GENESIS)) {
    const message =
      expected === 0
        ? 'Entry 0 does not begin a history: it was changed.'
        : `Entry ${expected} was not written after entry ${expected - 1} as it is now: one of them was changed.`;
    return { kind: 'edited', line: Math.max(expected, 1), message };
  }
  if (anchors.some((anchor) => anchor.sequence === sequence && anchor.head !== digestOf(line.bytes))) {
    const message = `Entry ${sequence} is not the one that was anchored: it, or one before it, was changed.`;
    return { kind: 'rewritten', line: at, message };
  }
  return undefined;
}

function malformed({ entries }: Chain): Damage {
  return { kind: 'malformed', line: entries + 1, message: `Line ${entries + 1} is not as odoo-gate writes an entry.` };
}

function truncated({ entries }: Chain, anchors: readonly Anchor[]): Damage | undefined {
  const furthest = Math.max(-1, ...anchors.map(({ sequence }) => sequence));
  if (furthest < entries) return undefined;
  const message = `Entry ${furthest} was anchored, but only ${entries} entries are left: the end was cut off.`;
  return { kind: 'truncated', line: entries + 1, message };
}

/** Asked where an entry is missing, all entries before which hold: it can only come later. */
async function comesLater(path: string, sequence: number): Promise<boolean> {
  for await (const { bytes } of linesOf(path, {})) if (parseEntry(bytes)?.sequence === sequence) return true;
  return false;
}

async function* linesOf(path: string, { locked = false }: ReadOptions): AsyncGenerator<Line, void> {
  const file = await openHistory(path);
  if (file === undefined) return;
  let looks = 0;
  const grows = async () => {
    looks += 1;
    if (locked || looks > 50 || !(await isLocked(path))) return false;
    await delay(20);
    return true;
  };
  try {
    yield* readLines(file, grows);
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await file.close();
  }
}

async function openHistory(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    // A pipe would be waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return undefined;
    throw unreadable(path, cause);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw unreadable(path, undefined);
}

function unreadable(path: string, cause: unknown): InfrastructureError {
  return new InfrastructureError('history-unreadable', `The history "${path}" can't be read.`, {
    next: 'Check that it is a file, and that you may read it.',
    cause,
  });
}
