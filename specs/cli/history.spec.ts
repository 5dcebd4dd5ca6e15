import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { createProgram } from '../../cli/program.ts';
import { reportError } from '../../cli/report-error.ts';
import { anchorOf, linesOf, minute, numbered } from '../deploy/history/sample-history.ts';
import { ci, evidenceFile, stranger } from '../deploy/promote/release.ts';

const folder = mkdtempSync(join(tmpdir(), 'history-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LINES = numbered(4);
const { sequence, head } = anchorOf(LINES);
let files = 0;
function file(lines: readonly string[], end = ''): string {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join('') + end);
  return path;
}
const edited = () => file(LINES.with(1, (LINES[1] ?? '').replace('Jo', 'Al')));
const torn = () => file(LINES, '{"sequ');

beforeEach(() => void vi.stubEnv('NO_COLOR', '1'));
afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = 0; // a subcommand sets it
});

/** The command without a process of its own, as cli/main.ts runs it. */
async function history(...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const capture = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    });
  const captured = [capture('stdout'), capture('stderr')];
  try {
    const program = await createProgram(new AbortController().signal, { only: ['history'] });
    await program.parseAsync(['history', ...args], { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error);
  } finally {
    for (const each of captured) each.mockRestore();
  }
  return { exitCode: process.exitCode, ...said };
}

const humanLines = [0, 1, 2, 3].map((n) => `2026-01-01T00:0${n}:00.000Z | prod-v1.0.${n} | prod | promoted | Jo Doe\n`);

describe('`history show`', () => {
  it('prints one line for each entry, newest last', async () => {
    expect(await history('show', file(LINES))).toMatchObject({ exitCode: 0, stdout: humanLines.join('') });
  });

  it('prints the newest alone', async () => {
    expect((await history('show', file(LINES), '--last', '2')).stdout).toBe(humanLines.slice(2).join(''));
  });

  it('prints entries with all that is in them as JSON', async () => {
    const { stdout } = await history('show', file(LINES), '--format', 'json');
    expect(JSON.parse(stdout)).toEqual(LINES.map((line) => JSON.parse(line)));
  });

  it('of an empty history prints an empty list as JSON', async () => {
    expect(await history('show', file([]), '--format', 'json')).toMatchObject({ exitCode: 0, stdout: '[]\n' });
  });

  it('prints what comes before a damage, names that, and refuses', async () => {
    expect(await history('show', edited())).toMatchObject({
      exitCode: 1,
      stdout: humanLines[0],
      stderr: expect.stringContaining('[history-damaged]'),
    });
  });
});

describe('`history verify`', () => {
  it('says that a history is intact, and prints its anchor', async () => {
    const stdout = `intact: 4 entries\n  anchor ${sequence}:${head}\n`;
    expect(await history('verify', file(LINES))).toMatchObject({ exitCode: 0, stdout });
  });

  it('refuses an edited one', async () => {
    const found = await history('verify', edited());
    expect(found).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('damaged [edited]') });
  });

  it.each([
    ['refuses one whose end is missing, under signed evidence that has seen it', ci, 1],
    ['believes no evidence that a stranger signed', stranger, 2],
  ])('%s', async (_, { key }, exitCode) => {
    const path = file(LINES.slice(0, 2));
    const name = basename(path);
    const evidence = join(folder, `${name}.evidence.json`);
    writeFileSync(evidence, evidenceFile({ history: { name, sequence, head } }, key).json);
    const publicKey = ci.signer.publicKey.export({ type: 'spki', format: 'pem' });
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, stringify({ signers: [{ name: 'ci', environments: ['uat'], publicKey }] }));
    expect(await history('verify', path, '--evidence', evidence, '--policy', policy)).toMatchObject({ exitCode });
  });

  it('refuses one whose end is missing, under an anchor', async () => {
    const found = await history(
      'verify',
      file(LINES.slice(0, 2)),
      '--anchor',
      `0:${anchorOf(LINES, 0).head},3:${head}`,
    );
    expect(found).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('damaged [truncated]') });
  });

  it('says what to do about a torn line', async () => {
    const found = await history('verify', torn());
    expect(found).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('odoo-gate history repair') });
  });

  it('notes that time ran backwards, and passes', async () => {
    const found = await history('verify', file(linesOf([{ at: minute(5) }, { at: minute(1) }])));
    expect(found).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('note: entries older than the one before them: 1;'),
    });
  });

  it('says all that as JSON', async () => {
    const { exitCode, stdout } = await history('verify', edited(), '--format', 'json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'damaged', entries: 2, damage: { kind: 'edited', line: 2 } });
  });
});

describe('`history repair`', () => {
  it('removes an incomplete line, and records who did', async () => {
    const path = torn();
    const repaired = await history('repair', path, '--operator', 'Jo Doe');
    expect(repaired).toMatchObject({ exitCode: 0, stdout: 'removed: line 5, 6 bytes\n' });
    const [last = ''] = readFileSync(path, 'utf8').trim().split('\n').slice(-1);
    expect(JSON.parse(last)).toMatchObject({ status: 'repaired', operator: 'Jo Doe' });
  });

  it('refuses what is damaged otherwise', async () => {
    expect(await history('repair', edited(), '--operator', 'Jo')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('a wrong input ends with one message that says what to do:', () => {
  const whole = file(LINES);
  it.each([
    ['no such file', ['verify', join(folder, 'none.jsonl')], 2, 'history-missing'],
    ['a folder', ['verify', folder], 3, 'history-unreadable'],
    ['no action', [], 2, 'missing-argument'],
    ['no file', ['verify'], 2, 'missing-argument'],
    ['an unknown action', ['delete', whole], 2, 'invalid-argument'],
    ['two files', ['verify', whole, whole], 2, 'excess-arguments'],
    ['an anchor without a hash', ['verify', whole, '--anchor', '3'], 2, 'history-anchor'],
    ['an anchor of another hash', ['verify', whole, '--anchor', '3:md5:0'], 2, 'history-anchor'],
    ['an anchor before the beginning', ['verify', whole, '--anchor', `-1:${head}`], 2, 'history-anchor'],
    ['an empty anchor', ['verify', whole, '--anchor', ''], 2, 'options'],
    ['an empty one among anchors', ['verify', whole, '--anchor', `3:${head},`], 2, 'history-anchor'],
    ['none of the newest', ['show', whole, '--last', '0'], 2, 'options'],
    ['half an entry', ['show', whole, '--last', '1.5'], 2, 'options'],
    ['an option of another action', ['verify', whole, '--last', '1'], 2, 'options'],
    ['an operator who can not be recorded', ['repair', whole, '--operator', 'a|b'], 2, 'history-entry'],
    ['a registry without a repository', ['verify', whole, '--registry'], 2, 'options'],
    ['an anchor without a repository', ['anchor', whole], 2, 'options'],
    ['a repository that is none', ['anchor', whole, '--repository', 'a b'], 2, 'image-reference'],
    ['a name that is no tag', ['anchor', whole, '--repository', 'localhost:1/odoo', '--name', 'a/b'], 2, 'image-tag'],
  ] as const)('%s', async (_what, args, exitCode, code) => {
    const ended = await history(...args);
    expect(ended).toMatchObject({ exitCode, stdout: '' });
    expect(ended.stderr).toMatch(new RegExp(`^error \\[${code}\\] .+\\n  do: .+\\n$`));
  });
});
