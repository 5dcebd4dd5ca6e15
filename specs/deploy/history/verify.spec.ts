import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../deploy/history/entry.ts';
import { headOf, readHistory, verifyHistory } from '../../../deploy/history/verify.ts';
import { allOf, anchorOf, historyFile, linesOf, minute, numbered, sha256, temporaryFolder } from './sample-history.ts';

const LINES = numbered(6);
const ANCHOR = anchorOf(LINES);
const WHOLE = Buffer.from(LINES.map((line) => `${line}\n`).join(''));

const line = (index: number, lines = LINES): string => lines[index] ?? '';
const swapped = (a: number, b: number): string[] => LINES.with(a, line(b)).with(b, line(a));
const edited = (index: number): string[] => LINES.with(index, line(index).replace('Jo Doe', 'Al Doe'));
/** As somebody who knows the format would do it: every later line is chained anew. */
const forged = (index: number): string[] =>
  linesOf(
    LINES.map((text, at) => {
      const { previous: _previous, ...entry } = JSON.parse(text) as Entry;
      return at === index ? { ...entry, operator: 'Al Doe' } : entry;
    }),
  );

describe('a whole history', () => {
  it('is intact, and its head is the last line', async () => {
    expect(await verifyHistory(historyFile(LINES), [ANCHOR])).toEqual({
      status: 'intact',
      entries: 6,
      bytes: WHOLE.length,
      head: { sequence: 5, head: sha256(line(5)) },
      backwards: 0,
    });
  });

  it('is intact under an anchor of any of its entries', async () => {
    const path = historyFile(LINES);
    const anchors = LINES.map((_, sequence) => anchorOf(LINES, sequence));
    expect(await verifyHistory(path, anchors)).toMatchObject({ status: 'intact' });
  });

  it('gives its entries, oldest first', async () => {
    const entries = await allOf(readHistory(historyFile(LINES), [ANCHOR]));
    expect(entries.map(({ version }) => version)).toEqual(LINES.map((_, index) => `prod-v1.0.${index}`));
  });

  it('gives its head', async () => {
    expect(await headOf(historyFile(LINES))).toEqual(ANCHOR);
  });
});

describe('no file', () => {
  const missing = () => join(temporaryFolder(), 'none.jsonl');

  it('is an empty history', async () => {
    expect(await verifyHistory(missing())).toMatchObject({ status: 'intact', entries: 0 });
    expect(await allOf(readHistory(missing()))).toEqual([]);
    expect(await headOf(missing())).toBeUndefined();
  });

  it('is a history that was cut off, where an anchor says that there was one', async () => {
    expect(await verifyHistory(missing(), [ANCHOR])).toMatchObject({ damage: { kind: 'truncated' } });
  });
});

describe('the first thing wrong is named:', () => {
  it.each([
    ['an edited entry', edited(2), { kind: 'edited', line: 3 }],
    ['an edited first entry', edited(0), { kind: 'edited', line: 1 }],
    ['a first entry that comes after something', linesOf([{ previous: sha256('x') }]), { kind: 'edited', line: 1 }],
    ['the first of two edits', edited(1).with(4, 'x'), { kind: 'edited', line: 2 }],
    ['a removed entry', LINES.toSpliced(2, 1), { kind: 'removed', line: 3 }],
    ['several removed entries', LINES.toSpliced(1, 3), { kind: 'removed', line: 2 }],
    ['a removed beginning', LINES.toSpliced(0, 2), { kind: 'removed', line: 1 }],
    ['neighbours in the wrong order', swapped(2, 3), { kind: 'reordered', line: 3 }],
    ['distant entries in the wrong order', swapped(0, 5), { kind: 'reordered', line: 1 }],
    ['an entry that is there twice', LINES.toSpliced(3, 0, line(2)), { kind: 'inserted', line: 4 }],
    ['an old entry at the end', [...LINES, line(1)], { kind: 'inserted', line: 7 }],
    ['an entry of another history', LINES.toSpliced(3, 0, line(3, forged(0))), { kind: 'edited', line: 3 }],
    ['a forged entry between two', LINES.toSpliced(3, 0, line(3, forged(3))), { kind: 'inserted', line: 5 }],
    ['an empty line', LINES.toSpliced(2, 0, ''), { kind: 'malformed', line: 3 }],
    ['a line that is no entry', LINES.with(2, '{}'), { kind: 'malformed', line: 3 }],
    ['an entry in another spelling', LINES.with(2, line(2).replace(':2,', ': 2,')), { kind: 'malformed', line: 3 }],
    ['a line without end', [...LINES, 'x'.repeat(70_000)], { kind: 'malformed', line: 7 }],
  ] as const)('%s', async (_what, lines, damage) => {
    expect(await verifyHistory(historyFile(lines), [ANCHOR])).toMatchObject({ status: 'damaged', damage });
  });

  it('a last line without its end', async () => {
    const path = historyFile(Buffer.concat([WHOLE, Buffer.from('{"sequence":6,')]));
    expect(await verifyHistory(path, [ANCHOR])).toMatchObject({ damage: { kind: 'torn', line: 7 }, entries: 6 });
  });
});

describe('what only an anchor shows:', () => {
  it.each([
    ['a last entry that was edited', edited(5), { kind: 'rewritten', line: 6 }],
    ['a history that was written anew from its middle', forged(3), { kind: 'rewritten', line: 6 }],
    ['a last entry that was removed', LINES.slice(0, 5), { kind: 'truncated', line: 6 }],
    ['an end that was cut off', LINES.slice(0, 2), { kind: 'truncated', line: 3 }],
    ['an empty file', [], { kind: 'truncated', line: 1 }],
  ] as const)('%s', async (_what, lines, damage) => {
    expect(await verifyHistory(historyFile(lines), [ANCHOR])).toMatchObject({ status: 'damaged', damage });
    expect(await verifyHistory(historyFile(lines))).toMatchObject({ status: 'intact' });
  });

  it('an anchored last line of which a part is left', async () => {
    const path = historyFile(WHOLE.subarray(0, WHOLE.length - 10));
    expect(await verifyHistory(path, [ANCHOR])).toMatchObject({ damage: { kind: 'truncated', line: 6 } });
    expect(await verifyHistory(path)).toMatchObject({ damage: { kind: 'torn', line: 6 } });
  });
});

it('time that runs backwards is a warning, as clocks differ', async () => {
  const lines = linesOf([{ at: minute(9) }, { at: minute(3) }, { at: minute(4) }, { at: minute(1) }]);
  expect(await verifyHistory(historyFile(lines))).toMatchObject({ status: 'intact', backwards: 2 });
});

describe('whatever is done to a history, an anchor of its head shows it:', () => {
  const path = () => join(temporaryFolder(), 'promotions.jsonl');
  const index = fc.nat(LINES.length - 1);
  const found = async (file: string, content: Uint8Array | readonly string[]) => {
    writeFileSync(file, content instanceof Uint8Array ? content : content.map((text) => `${text}\n`).join(''));
    expect((await verifyHistory(file, [ANCHOR])).status).toBe('damaged');
  };

  it('any byte changed', async () => {
    const file = path();
    await fc.assert(
      fc.asyncProperty(fc.nat(WHOLE.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) =>
        found(file, WHOLE.with(at, (WHOLE[at] ?? 0) ^ change)),
      ),
      { numRuns: 400 },
    );
  });

  it('any line removed', async () => {
    const file = path();
    for (const at of LINES.keys()) await found(file, LINES.toSpliced(at, 1));
  });

  it('any two lines swapped', async () => {
    const file = path();
    await fc.assert(
      fc.asyncProperty(index, index, async (a, b) => {
        fc.pre(a !== b);
        await found(file, swapped(a, b));
      }),
    );
  });

  it('any line inserted before another', async () => {
    const file = path();
    const any = fc.oneof(
      fc.constantFrom(...LINES),
      fc.string().map((text) => text.replaceAll('\n', ' ')),
    );
    await fc.assert(fc.asyncProperty(index, any, (at, text) => found(file, LINES.toSpliced(at, 0, text))));
  });

  it('any entry forged, and all after it chained anew', async () => {
    const file = path();
    for (const at of LINES.keys()) await found(file, forged(at));
  });

  it('the end cut off at any byte', async () => {
    const file = path();
    await fc.assert(
      fc.asyncProperty(fc.nat(WHOLE.length - 1), (length) => found(file, WHOLE.subarray(0, length))),
      { numRuns: 300 },
    );
  });
});

it('no garbage verifies, and none throws', async () => {
  const file = join(temporaryFolder(), 'promotions.jsonl');
  const garbage = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.json().map((text) => Buffer.from(`${text}\n`)),
    fc.uint8Array({ minLength: 1, maxLength: 50 }).map((tail) => Buffer.concat([WHOLE, tail])),
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (bytes) => {
      writeFileSync(file, bytes);
      expect((await verifyHistory(file)).status).toBe('damaged');
    }),
    { numRuns: 300 },
  );
});

describe('a reader of entries', () => {
  const read = async (lines: readonly string[] | Uint8Array) => {
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { version } of readHistory(historyFile(lines), [ANCHOR])) seen.push(version);
    })();
    const code = await reading.then(
      () => 'none',
      (error: { code: string }) => error.code,
    );
    return { seen, code };
  };

  it('never sees an edited entry, nor any after it', async () => {
    expect(await read(edited(2))).toEqual({ seen: ['prod-v1.0.0', 'prod-v1.0.1'], code: 'history-damaged' });
  });

  it('is told at the end that the end is missing', async () => {
    const { seen, code } = await read(LINES.slice(0, 3));
    expect({ last: seen.at(-1), code }).toEqual({ last: 'prod-v1.0.1', code: 'history-damaged' });
  });

  it('is told of a torn line by its own code', async () => {
    expect((await read(Buffer.concat([WHOLE, Buffer.from('{')]))).code).toBe('history-torn');
  });
});

describe('what is no file', () => {
  it('can not be read', async () => {
    const folder = join(temporaryFolder(), 'promotions.jsonl');
    mkdirSync(folder);
    await expect(verifyHistory(folder)).rejects.toMatchObject({ code: 'history-unreadable', exitCode: 3 });
  });
});
