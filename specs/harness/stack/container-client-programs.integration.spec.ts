import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { ClientProgramError } from '../../../harness/database/client-programs.ts';
import { useThrowAwayPostgres } from '../backup/throw-away-postgres.ts';

const server = useThrowAwayPostgres();
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const psql = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '--dbname=postgres'];
const copyIn = [...psql, '-c', 'CREATE TEMP TABLE t (line text)', '-c', 'COPY t FROM STDIN'];

function run(args: readonly string[], io?: Parameters<ReturnType<typeof server>['programs']['run']>[2]) {
  return server().programs.run('psql', args, io);
}

/** Lines of text, as many bytes as told, made as they are read. */
function lines(bytes: number, onRead: (total: number) => void = () => {}): Readable {
  const line = `${'x'.repeat(1023)}\n`;
  return Readable.from(
    (function* () {
      for (let made = 0; made < bytes; made += line.length) {
        onRead(made);
        yield line;
      }
    })(),
    { objectMode: false },
  );
}

describe('a program in the container', () => {
  it('returns what it printed', async () => {
    expect(await run([...psql, '-c', "SELECT 'Zoë – 東京'"])).toEqual({ stdout: 'Zoë – 東京\n', stderr: '' });
  });

  it('reads its input to the end', async () => {
    const { stdout } = await run([...copyIn, '-c', 'SELECT count(*) FROM t'], { stdin: lines(8 * 1024 * 1024) });
    expect(stdout.trim()).toBe('8192');
  });

  it('writes its output to the last byte', async () => {
    const hash = createHash('sha256');
    const stdout = new Writable({ write: (chunk, _encoding, done) => done(void hash.update(chunk)) });
    await run([...psql, '-c', "COPY (SELECT repeat('x', 1023) FROM generate_series(1, 8192)) TO STDOUT"], { stdout });
    const expected = createHash('sha256').update(`${'x'.repeat(1023)}\n`.repeat(8192));
    expect(hash.digest('hex')).toBe(expected.digest('hex'));
  });

  it('waits for a reader that is slow, instead of filling the memory', async () => {
    let received = 0;
    let release: () => void = () => {};
    const opened = new Promise<void>((resolve) => {
      release = resolve;
    });
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        received += chunk.length;
        opened.then(() => done());
      },
    });
    const before = process.memoryUsage().arrayBuffers;
    const running = run([...psql, '-c', "COPY (SELECT repeat('x', 1023) FROM generate_series(1, 65536)) TO STDOUT"], {
      stdout,
    });
    await until(() => received > 0);
    // All that may be under way is in buffers of sockets and pipes, far less than the 64 MB that are to come.
    await run([...psql, '-c', 'SELECT 1']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    release();
    await running;
    expect(received).toBe(64 * 1024 * 1024);
  });

  it('that is slow holds back its source', async () => {
    let made = 0;
    const slow = [...psql, '-c', 'SELECT pg_sleep(1)', ...copyIn.slice(psql.length)];
    const running = run(slow, {
      stdin: lines(64 * 1024 * 1024, (total) => {
        made = total;
      }),
    });
    await until(() => made > 0);
    await run([...psql, '-c', 'SELECT pg_sleep(0.3)']);
    expect(made).toBeLessThan(16 * 1024 * 1024);
    await running;
  });

  it('that fails rejects with its exit code and its message', async () => {
    await expect(run([...psql, '-c', 'SELECT * FROM nothing'])).rejects.toMatchObject({
      name: 'ClientProgramError',
      exitCode: 1,
      stderr: 'ERROR:  relation "nothing" does not exist',
    });
  });

  it('that ends with 0 before it has read all has failed', async () => {
    const stdin = Readable.from(['\\q\n', ...Array.from({ length: 10_000 }, () => `SELECT 1; ${'-'.repeat(1000)}\n`)]);
    await expect(run(psql, { stdin })).rejects.toBeInstanceOf(ClientProgramError);
  });

  it('whose source fails is ended, and the failure of the source is told', async () => {
    const stdin = Readable.from(
      (async function* () {
        yield 'SELECT 1;\n';
        throw new Error('the source broke');
      })(),
    );
    await expect(run(psql, { stdin })).rejects.toThrow('the source broke');
  });

  it('whose reader fails is ended, and the failure of the reader is told', async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the reader broke')) });
    const endless = [...psql, '-c', "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000000)) TO STDOUT"];
    await expect(run(endless, { stdout })).rejects.toThrow('the reader broke');
  });

  it('that is called off ends in the container too', async () => {
    const abort = new AbortController();
    const name = 'called_off';
    const running = run([...psql, '-c', `SET application_name = '${name}'`, '-c', 'SELECT pg_sleep(60)'], {
      signal: abort.signal,
    });
    await untilTrue(`SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = '${name}'`);
    abort.abort(new Error('called off'));
    await expect(running).rejects.toThrow('called off');
    const { stdout } = await run([...psql, '-c', '\\! cat /proc/[0-9]*/comm']);
    expect(stdout.split('\n').filter((program) => program === 'psql')).toHaveLength(1);
  });

  it('that is not in the image is told to be missing', async () => {
    // A program of another name stands for an image without Postgres' programs.
    const missing = server().programs.run('pg_nothing' as 'psql', []);
    await expect(missing).rejects.toMatchObject({ code: 'client-program-missing', exitCode: 3 });
  });

  async function untilTrue(question: string): Promise<void> {
    while ((await run([...psql, '-c', question])).stdout.trim() !== 't');
  }
});

describe('a local path', () => {
  it('to a file is seen in the container, while the work lasts', async () => {
    const path = join(folder, 'with space.sql');
    await writeFile(path, "SELECT 'seen';\n");
    const { programs } = server();
    let visible = '';
    const printed = await programs.expose(path, async (copy) => {
      visible = copy;
      return (await run([...psql, '-f', copy])).stdout;
    });
    expect(printed).toBe('seen\n');
    expect((await run([...psql, '-c', `\\! ls "${visible}" 2>&1`])).stdout).toContain('No such file');
  });

  it('to a folder is seen with all below it', async () => {
    const path = join(folder, 'deep');
    await mkdir(join(path, 'one', 'two'), { recursive: true });
    await writeFile(join(path, 'one', 'two', 'three.sql'), "SELECT 'deep';\n");
    const printed = await server().programs.expose(path, async (copy) =>
      run([...psql, '-f', `${copy}/one/two/three.sql`]),
    );
    expect(printed.stdout).toBe('deep\n');
  });

  it('leaves no copy when the work fails', async () => {
    const path = join(folder, 'short.sql');
    await writeFile(path, 'SELECT 1;\n');
    const work = server().programs.expose(path, () => Promise.reject(new Error('the work broke')));
    await expect(work).rejects.toThrow('the work broke');
    expect((await run([...psql, '-c', '\\! ls -d /tmp/odoo-gate-* 2>&1'])).stdout).toContain('No such file');
  });

  it('that is not there is told', async () => {
    const work = server().programs.expose(join(folder, 'nothing'), async () => {});
    await expect(work).rejects.toMatchObject({ code: 'container-copy-failed' });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
