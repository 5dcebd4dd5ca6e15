import { rmSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { repairHistory } from '../../../deploy/history/repair.ts';
import { type Anchor, readHistory, verifyHistory } from '../../../deploy/history/verify.ts';
import { startProgram } from './history-process.ts';
import { allOf, fields, historyFile, numbered } from './sample-history.ts';

const appending = (path: string, count: number, operator: string) => `
  for (let written = 0; written < ${count}; written += 1) {
    const { head } = await appendEntry(${JSON.stringify(path)}, ${JSON.stringify(fields({ operator }))});
    console.log(JSON.stringify(head));
  }`;

it('entries of processes that write at once all stand, in one chain', async () => {
  const path = historyFile([]);
  const operators = ['one', 'two', 'three'];
  const ended = await Promise.all(operators.map((name) => startProgram(appending(path, 10, name)).ended));
  expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  const written = Map.groupBy(await allOf(readHistory(path)), ({ operator }) => operator);
  expect(operators.map((name) => written.get(name)?.length)).toEqual([10, 10, 10]);
}, 60_000);

it('a process that is killed while it writes leaves every entry that it reported, and at most a torn line', async () => {
  const path = historyFile(numbered(3));
  for (const wanted of [1, 2, 5, 9]) {
    const { child, printed, ended } = startProgram(appending(path, 10_000, 'killed'));
    const reported: Anchor[] = [];
    for await (const line of printed) {
      reported.push(JSON.parse(line));
      if (reported.length === wanted) child.kill('SIGKILL');
    }
    await ended;
    expect(reported.length).toBeGreaterThanOrEqual(wanted);
    const found = await verifyHistory(path, reported);
    expect(['intact', 'torn']).toContain(found.status === 'intact' ? 'intact' : found.damage.kind);
    // The lock of the dead is taken over by itself, after seconds that need not be waited for here.
    rmSync(`${path}.lock`, { recursive: true, force: true });
    await repairHistory(path, 'Jo Doe');
  }
}, 60_000);

it('a file that may not grow keeps every entry that was reported, and no part of another', async () => {
  const path = historyFile([]);
  const program = `try { ${appending(path, 100, 'limited')} } catch ({ code }) { console.log(code); }`;
  const { lines } = await startProgram(program, { via: ['sh', '-c', 'ulimit -f 5; exec "$@"', 'sh'] }).ended;
  const [code, ...reported] = lines.toReversed();
  expect(code).toBe('history-not-written');
  expect(reported.length).toBeGreaterThan(1);
  expect(await verifyHistory(path)).toMatchObject({ status: 'intact', entries: reported.length });
});

it('a history of 100 000 entries is verified in memory that does not grow with it', async () => {
  const memoryFor = async (path: string) => {
    const program = `
      const { status, entries } = await verifyHistory(${JSON.stringify(path)});
      console.log(JSON.stringify({ status, entries, memory: process.resourceUsage().maxRSS * 1024 }));`;
    const flags = ['--max-semi-space-size=1', '--max-old-space-size=32'];
    return JSON.parse((await startProgram(program, { flags }).ended).lines[0] ?? '{}');
  };
  const few = await memoryFor(historyFile(numbered(100)));
  const path = historyFile(numbered(100_000));
  const many = await memoryFor(path);
  expect(many).toMatchObject({ status: 'intact', entries: 100_000 });
  expect(many.memory - few.memory).toBeLessThan(statSync(path).size / 2);
}, 60_000);
