import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendEntry, writeAfter } from '../../../deploy/history/append.ts';
import { takenOver, whileLocked } from '../../../deploy/history/lock.ts';
import { headOf, readHistory, verifyHistory } from '../../../deploy/history/verify.ts';
import {
  allOf,
  anchorOf,
  fields,
  historyFile,
  linesOf,
  minute,
  numbered,
  sha256,
  temporaryFolder,
} from './sample-history.ts';

const LINES = numbered(3);
const now = new Date(minute(7));

describe('an appended entry', () => {
  it('goes after the last one, chained to its bytes', async () => {
    const path = historyFile(LINES);
    await appendEntry(path, fields({ status: 'failed' }), { now });
    const written = readFileSync(path, 'utf8').split('\n');
    expect(written.slice(0, 3)).toEqual(LINES);
    expect(JSON.parse(written[3] ?? '')).toMatchObject({
      sequence: 3,
      previous: sha256(LINES[2] ?? ''),
      at: minute(7),
      status: 'failed',
    });
    expect(written.slice(4)).toEqual(['']);
  });

  it('is given back with the new head', async () => {
    const path = historyFile(LINES);
    const { entry, head } = await appendEntry(path, fields(), { now });
    expect(entry).toMatchObject({ sequence: 3, at: minute(7) });
    expect(head).toEqual(await headOf(path));
  });

  it('makes the file when it is the first', async () => {
    const path = join(temporaryFolder(), 'new.jsonl');
    await appendEntry(path, fields(), { now: new Date(minute(0)) });
    expect(readFileSync(path, 'utf8')).toBe(`${linesOf([{}])}\n`);
  });

  it('leaves neither lock nor holder behind', async () => {
    const path = historyFile([]);
    await appendEntry(path, fields());
    expect([existsSync(`${path}.lock`), existsSync(`${path}.holder`)]).toEqual([false, false]);
  });

  it('may be older than the one before', async () => {
    const path = historyFile(LINES);
    await appendEntry(path, fields(), { now: new Date(0) });
    expect(await verifyHistory(path)).toMatchObject({ status: 'intact', backwards: 1 });
  });
});

it('entries that are appended at the same time all stand, in one chain', async () => {
  const path = historyFile([]);
  const operators = Array.from({ length: 8 }, (_, index) => `operator ${index}`);
  await Promise.all(operators.map((operator) => appendEntry(path, fields({ operator }))));
  const entries = await allOf(readHistory(path));
  expect(entries.map(({ operator }) => operator).sort()).toEqual(operators);
});

describe('nothing is written', () => {
  const unchanged = async (content: readonly string[] | Uint8Array, code: string, change = {}) => {
    const path = historyFile(content);
    const before = readFileSync(path);
    await expect(appendEntry(path, { ...fields(), ...change })).rejects.toMatchObject({ code });
    expect(readFileSync(path)).toEqual(before);
  };

  it('after a line that is damaged', () => unchanged(LINES.with(2, 'x'), 'history-damaged'));
  it('after an edited line further up', () =>
    unchanged(LINES.with(1, (LINES[1] ?? '').replace('Jo', 'Al')), 'history-damaged'));
  it('after a line that is torn', () => unchanged(Buffer.from(`${LINES[0]}\n{"seq`), 'history-torn'));
  it('where a field does not fit', () => unchanged(LINES, 'history-entry', { operator: 'a|b' }));

  it('into a folder that is not there', async () => {
    const path = join(temporaryFolder(), 'nowhere', 'promotions.jsonl');
    await expect(appendEntry(path, fields())).rejects.toMatchObject({ code: 'history-not-written', exitCode: 3 });
    expect(existsSync(path)).toBe(false);
  });

  it('into what is no file', async () => {
    const path = join(temporaryFolder(), 'folder');
    mkdirSync(path);
    await expect(appendEntry(path, fields())).rejects.toMatchObject({ code: 'history-unreadable' });
  });
});

it('a torn line is said to be repaired by `history repair`', async () => {
  const path = historyFile(Buffer.from('{'));
  await expect(appendEntry(path, fields())).rejects.toMatchObject({
    next: expect.stringContaining('odoo-gate history repair'),
  });
});

it('an entry is not written after bytes that were not verified', async () => {
  const path = historyFile(LINES);
  const end = { bytes: readFileSync(path).length - 1, head: anchorOf(LINES) };
  const writing = writeAfter(path, end, fields(), { now, assertHeld: () => {} });
  await expect(writing).rejects.toMatchObject({ code: 'history-lock-lost' });
  expect(await headOf(path)).toEqual(anchorOf(LINES));
});

it('an entry is not written once the lock is lost', async () => {
  const path = historyFile(LINES);
  const end = { bytes: readFileSync(path).length, head: anchorOf(LINES) };
  const assertHeld = () => {
    throw takenOver(path);
  };
  await expect(writeAfter(path, end, fields(), { now, assertHeld })).rejects.toMatchObject({
    code: 'history-lock-lost',
  });
  expect(await headOf(path)).toEqual(anchorOf(LINES));
});

describe('the lock', () => {
  it('is waited for, no longer than told, and its holder is named', async () => {
    const path = historyFile(LINES);
    const waited = whileLocked(path, {}, () => appendEntry(path, fields(), { waitMs: 100 }));
    await expect(waited).rejects.toMatchObject({
      code: 'history-locked',
      exitCode: 3,
      message: expect.stringContaining(`Process ${process.pid} on `),
    });
    expect(await headOf(path)).toEqual(anchorOf(LINES));
  });

  it('is the same under another name of the file', async () => {
    const path = historyFile(LINES);
    const link = join(temporaryFolder(), 'link.jsonl');
    symlinkSync(path, link);
    const waited = whileLocked(path, {}, () => appendEntry(link, fields(), { waitMs: 100 }));
    await expect(waited).rejects.toMatchObject({ code: 'history-locked' });
  });

  it('of a dead process is taken over', async () => {
    const path = historyFile(LINES);
    mkdirSync(`${path}.lock`);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${path}.lock`, longAgo, longAgo);
    await appendEntry(path, fields(), { waitMs: 0 });
    expect((await headOf(path))?.sequence).toBe(3);
  });

  it('whose holder nobody can read is named without it', async () => {
    const path = historyFile(LINES);
    mkdirSync(`${path}.lock`);
    writeFileSync(`${path}.holder`, '{"pid":1,"host":"\u{1b}[2K","since":"now"}');
    await expect(appendEntry(path, fields(), { waitMs: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/^Another process writes/),
    });
  });
});

it('a line that is being written when it is read is no torn one', async () => {
  const path = historyFile(LINES);
  const next = Buffer.from(`${numbered(4)[3]}\n`);
  const found = await whileLocked(path, {}, async () => {
    writeFileSync(path, next.subarray(0, 50), { flag: 'a' });
    const reading = verifyHistory(path);
    setImmediate(() => writeFileSync(path, next.subarray(50), { flag: 'a' }));
    return reading;
  });
  expect(found).toMatchObject({ status: 'intact', entries: 4 });
});
