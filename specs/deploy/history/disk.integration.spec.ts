import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startProgram } from './history-process.ts';
import { fields, temporaryFolder } from './sample-history.ts';

/** A file system that only the program sees; it runs as root there. */
const onTmpfs = (folder: string, size: string) => [
  'unshare',
  ...(process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user']),
  ...['sh', '-c', `mount -t tmpfs -o size=${size} tmpfs "$0" && exec "$@"`, folder],
];

const FIELDS = JSON.stringify(fields());

it('a full disk keeps every entry that was reported, and no part of another', async () => {
  const folder = temporaryFolder();
  const path = JSON.stringify(join(folder, 'promotions.jsonl'));
  const program = `
    let written = 0, code;
    while (code === undefined && written < 1000) {
      await appendEntry(${path}, ${FIELDS}).then(() => { written += 1; }, (error) => { code = error.code; });
    }
    const { status, entries } = await verifyHistory(${path});
    console.log(JSON.stringify({ code, status, written, lost: written - entries }));`;
  const { lines } = await startProgram(program, { via: onTmpfs(folder, '32k') }).ended;
  const { written, ...found } = JSON.parse(lines[0] ?? '{}');
  expect(found).toEqual({ code: 'history-not-written', status: 'intact', lost: 0 });
  expect(written).toBeGreaterThan(10);
});

it('a read-only folder is said to be one, and the history in it can still be verified', async () => {
  const folder = temporaryFolder();
  const path = JSON.stringify(join(folder, 'promotions.jsonl'));
  const program = `
    import { execFileSync } from 'node:child_process';
    await appendEntry(${path}, ${FIELDS});
    execFileSync('mount', ['-o', 'remount,ro', ${JSON.stringify(folder)}]);
    const refused = await appendEntry(${path}, ${FIELDS}).catch(({ code, message }) => ({ code, message }));
    const { status, entries } = await verifyHistory(${path});
    console.log(JSON.stringify({ ...refused, status, entries }));`;
  const { lines } = await startProgram(program, { via: onTmpfs(folder, '64k') }).ended;
  expect(JSON.parse(lines[0] ?? '{}')).toEqual({
    code: 'history-not-written',
    message: expect.stringContaining('(EROFS)'),
    status: 'intact',
    entries: 1,
  });
});
