import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientPrograms } from '../../../harness/database/client-programs.ts';
import type { DatabaseAddress } from '../../../harness/database/connection.ts';
import { localClientPrograms } from '../../../harness/database/local-client-programs.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const server = useDemoStack({ odoo: false });
afterAll(() => rm(folder, { recursive: true, force: true }));

let address: DatabaseAddress;
let programs: ClientPrograms;

// This machine's own programs, behind scripts that note what they are called with.
beforeAll(async () => {
  for (const program of ['psql', 'pg_dump', 'pg_restore']) {
    const path = join(folder, program);
    await writeFile(path, `#!/bin/sh\necho "$@" >> "${folder}/arguments"\nexec ${program} "$@"\n`);
    await chmod(path, 0o755);
  }
  address = server().database;
  programs = localClientPrograms(address, { binDirectory: folder });
});

const psql = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '--dbname=postgres'];

describe('a program of this machine', () => {
  it('logs in with the password, over the network', async () => {
    const { stdout } = await programs.run('psql', [...psql, '-c', "SELECT inet_server_port() || ' ' || current_user"]);
    expect(stdout).toBe('5432 odoo\n');
  });

  it('never has the password among its arguments', async () => {
    await programs.run('psql', [...psql, '-c', 'SELECT 1']);
    expect(await readFile(join(folder, 'arguments'), 'utf8')).not.toContain(address.password);
  });

  it('that is refused says so, without the password', async () => {
    const wrong = localClientPrograms({ ...address, password: 'wrong-password-Zk9' }, { binDirectory: folder });
    const error = await wrong.run('psql', [...psql, '-c', 'SELECT 1']).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('password authentication failed') });
    expect(JSON.stringify(error) + String(error)).not.toContain('wrong-password-Zk9');
  });

  it('reads its input', async () => {
    expect((await programs.run('psql', psql, { stdin: Readable.from(['SELECT 42;\n']) })).stdout).toBe('42\n');
  });

  it('sees a local path as it is', async () => {
    const path = join(folder, 'one.sql');
    await writeFile(path, 'SELECT 43;\n');
    expect(await programs.expose(path, (visible) => programs.run('psql', [...psql, '-f', visible]))).toMatchObject({
      stdout: '43\n',
    });
  });

  it('that is called off rejects with the reason', async () => {
    const running = programs.run('psql', [...psql, '-c', 'SELECT pg_sleep(60)'], { signal: AbortSignal.timeout(300) });
    await expect(running).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('that is not installed is told to be missing', async () => {
    const nowhere = localClientPrograms(address, { binDirectory: join(folder, 'nowhere') });
    await expect(nowhere.run('pg_dump', [])).rejects.toMatchObject({
      code: 'client-program-missing',
      exitCode: 3,
      next: expect.stringContaining('postgresql-client'),
    });
  });
});
