import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSmallOdoo, type SmallOdoo } from './small-odoo.ts';
import { useThrowAwayPostgres } from './throw-away-postgres.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const server = useThrowAwayPostgres();
let odoo: SmallOdoo;
beforeAll(async () => {
  odoo = await createSmallOdoo(server(), folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a script with a disk of 64 kB at `path`, which only that process sees and which goes with it. */
async function onFullDisk(path: string, script: URL, args: string[]): Promise<unknown> {
  await mkdir(path, { recursive: true });
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user'];
  const command = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"';
  const child = [process.execPath, fileURLToPath(script), path, ...args];
  const { stdout } = await promisify(execFile)('unshare', [...namespaces, 'sh', '-c', command, path, ...child]);
  return JSON.parse(stdout);
}

it.each(['zip', 'custom', 'plain'])(
  'a backup as %s that finds no room says how much it needs and leaves no file',
  async (format) => {
    const args = [server().container.id, odoo.database, odoo.filestore, format];
    expect(await onFullDisk(join(folder, 'small'), new URL('./take-on-full-disk.ts', import.meta.url), args)).toEqual({
      code: 'disk-full',
      exitCode: 3,
      message: expect.stringMatching(/\/small.* \d{6,} bytes are needed/),
      left: [],
    });
  },
);
