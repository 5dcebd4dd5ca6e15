import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { appendEntry } from '../../../deploy/history/append.ts';
import { repairHistory } from '../../../deploy/history/repair.ts';
import { readHistory, verifyHistory } from '../../../deploy/history/verify.ts';
import { allOf, anchorOf, fields, historyFile, minute, numbered, temporaryFolder } from './sample-history.ts';

const LINES = numbered(4);
const WHOLE = Buffer.from(LINES.map((line) => `${line}\n`).join(''));
const BEFORE = WHOLE.length - (LINES[3]?.length ?? 0) - 1;
const now = new Date(minute(9));

it('an incomplete last line is removed, and the history says so', async () => {
  const path = historyFile(Buffer.concat([WHOLE, Buffer.from('{"sequ')]));
  expect(await repairHistory(path, 'Jo Doe', { now })).toEqual({ outcome: 'removed', line: 5, bytes: 6 });
  const content = readFileSync(path);
  expect(content.subarray(0, WHOLE.length)).toEqual(WHOLE);
  expect(JSON.parse(content.subarray(WHOLE.length).toString())).toMatchObject({
    sequence: 4,
    status: 'repaired',
    operator: 'Jo Doe',
    detail: 'incomplete-line-removed',
    at: minute(9),
  });
});

it('a last line that lacks nothing but its newline is completed, and the history says so', async () => {
  const path = historyFile(WHOLE.subarray(0, -1));
  expect(await repairHistory(path, 'Jo Doe')).toMatchObject({ outcome: 'completed', line: 4 });
  expect(readFileSync(path).subarray(0, WHOLE.length)).toEqual(WHOLE);
  const entries = await allOf(readHistory(path));
  expect(entries.at(-1)).toMatchObject({ status: 'repaired', detail: 'incomplete-line-completed' });
});

it('a first line can be incomplete too', async () => {
  const path = historyFile(Buffer.from('{"sequence":0,'));
  await repairHistory(path, 'Jo Doe');
  expect(await verifyHistory(path)).toMatchObject({ status: 'intact', entries: 1 });
});

it('a block of zeroes, as a power failure leaves it, is an incomplete line', async () => {
  const path = historyFile(Buffer.concat([WHOLE, Buffer.alloc(4096)]));
  expect(await repairHistory(path, 'Jo Doe')).toMatchObject({ outcome: 'removed', bytes: 4096 });
});

it('an intact history stays as it is', async () => {
  const path = historyFile(WHOLE);
  expect(await repairHistory(path, 'Jo Doe')).toEqual({ outcome: 'nothing-to-repair' });
  expect(readFileSync(path)).toEqual(WHOLE);
});

it.each([
  ['an edited line', LINES.with(1, (LINES[1] ?? '').replace('Jo', 'Al'))],
  ['a complete last line that is no entry', [...LINES, 'x']],
  ['a removed line', LINES.toSpliced(1, 1)],
])('%s is not repaired', async (_what, lines) => {
  const path = historyFile(lines);
  const before = readFileSync(path);
  await expect(repairHistory(path, 'Jo Doe')).rejects.toMatchObject({ code: 'history-damaged' });
  expect(readFileSync(path)).toEqual(before);
});

it('an edited line before an incomplete one keeps it from being repaired', async () => {
  const text = `${LINES.with(1, (LINES[1] ?? '').replace('Jo', 'Al')).join('\n')}\n{"seq`;
  await expect(repairHistory(historyFile(Buffer.from(text)), 'Jo Doe')).rejects.toMatchObject({
    code: 'history-damaged',
  });
});

it('a line that was anchored is not repaired away', async () => {
  const path = historyFile(WHOLE.subarray(0, -10));
  const repairing = repairHistory(path, 'Jo Doe', { anchors: [anchorOf(LINES)] });
  await expect(repairing).rejects.toMatchObject({ code: 'history-damaged' });
  expect(readFileSync(path)).toEqual(WHOLE.subarray(0, -10));
});

it('an operator who can not be recorded repairs nothing', async () => {
  const path = historyFile(WHOLE.subarray(0, -10));
  await expect(repairHistory(path, 'a|b')).rejects.toMatchObject({ code: 'history-entry' });
  expect(readFileSync(path)).toEqual(WHOLE.subarray(0, -10));
});

it('killed after any byte of a line, the history is the old one, the new one or torn; repaired, it takes entries again', async () => {
  const path = join(temporaryFolder(), 'promotions.jsonl');
  for (let length = BEFORE; length <= WHOLE.length; length += 1) {
    writeFileSync(path, WHOLE.subarray(0, length));
    const found = await verifyHistory(path);
    if (length === BEFORE) expect(found).toMatchObject({ status: 'intact', entries: 3 });
    else if (length === WHOLE.length) expect(found).toMatchObject({ status: 'intact', entries: 4 });
    else {
      expect(found).toMatchObject({ damage: { kind: 'torn', line: 4 }, entries: 3 });
      await repairHistory(path, 'Jo Doe');
    }
    await appendEntry(path, fields());
    expect(await verifyHistory(path, [anchorOf(LINES, 2)])).toMatchObject({ status: 'intact' });
  }
});
