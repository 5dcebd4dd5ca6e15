import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { type Duplex, PassThrough, Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Pack, pack } from 'tar-stream';
import type { ContainerRuntimeClient } from 'testcontainers';
import { attendProgram } from '../database/attend-program.ts';
import type { ClientProgram, ClientProgramIo, ClientPrograms } from '../database/client-programs.ts';
import { InfrastructureError, messageOf } from '../errors.ts';

type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;
type Exec = Awaited<ReturnType<Container['exec']>>;

/**
 * The client programs inside a Postgres container, over its local socket as `user` (the official image trusts it): their
 * version is always the server's, and no port has to be open.
 */
export function containerClientPrograms(container: Container, { user }: { user: string }): ClientPrograms {
  return {
    run: (program, args, io = {}) => runProgram(container, user, program, args, io),
    expose: async (localPath, work) => {
      const directory = (await runTool(container, ['mktemp', '-d', '/tmp/odoo-gate-XXXXXXXX'])).trim();
      try {
        await copyInto(container, localPath, directory);
        return await work(posix.join(directory, basename(localPath)));
      } finally {
        await runTool(container, ['rm', '-rf', directory]).catch(() => {});
      }
    },
  };
}

async function runProgram(
  container: Container,
  user: string,
  program: ClientProgram,
  args: readonly string[],
  io: ClientProgramIo,
): Promise<{ stdout: string; stderr: string }> {
  io.signal?.throwIfAborted();
  const { exec, connection } = await startExec(container, {
    // The program's own process id, on the first line of stderr, is what a signal can be sent to.
    Cmd: ['sh', '-c', 'echo $$ >&2; exec "$0" "$@"', program, ...args],
    Env: [`PGUSER=${user}`, 'PGAPPNAME=odoo-gate', 'LC_MESSAGES=C'],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const processId = Promise.withResolvers<string>();
  const exited = separateStreams(connection, stdout, withoutFirstLine(stderr, processId.resolve)).then(async () => {
    const exitCode = await exitCodeOf(exec);
    if (exitCode === 126 || exitCode === 127) throw programMissing(program);
    return exitCode;
  });
  return attendProgram(
    program,
    {
      stdin: connection,
      stdout,
      stderr,
      exited,
      terminate: () => {
        processId.promise.then((id) => runTool(container, ['kill', '-TERM', id])).catch(() => {});
      },
    },
    io,
  );
}

/** Runs a small tool of the container's system and returns what it printed. */
async function runTool(container: Container, command: string[]): Promise<string> {
  const { exec, connection } = await startExec(container, { Cmd: command, AttachStdout: true, AttachStderr: true });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const printed = stdout.setEncoding('utf8').toArray();
  const complaints = stderr.setEncoding('utf8').toArray();
  await separateStreams(connection, stdout, stderr);
  if ((await exitCodeOf(exec)) !== 0) {
    const [tool] = command;
    throw new InfrastructureError(
      'container-command-failed',
      `"${tool}" failed inside the database's container: ${(await complaints).join('').trim()}`,
      { next: "Check that the container still runs and that its disk isn't full." },
    );
  }
  return (await printed).join('');
}

async function startExec(
  container: Container,
  options: Parameters<Container['exec']>[0],
): Promise<{ exec: Exec; connection: Duplex }> {
  try {
    const exec = await container.exec(options);
    return { exec, connection: await exec.start({ hijack: true, stdin: true }) };
  } catch (cause) {
    throw new InfrastructureError(
      'container-unreachable',
      `The database's container takes no command: ${messageOf(cause)}`,
      {
        next: 'Check with "docker ps" that it still runs.',
        cause,
      },
    );
  }
}

/** The engine may close the connection a moment before it knows the exit code. */
async function exitCodeOf(exec: Exec): Promise<number | null> {
  for (let waitedMs = 0; ; waitedMs += 20) {
    const { Running, ExitCode } = await exec.inspect();
    if (!Running || waitedMs > 10_000) return ExitCode;
    await delay(20);
  }
}

/**
 * Takes apart the engine's frames (1 byte stream, 3 bytes zero, 4 bytes big-endian length), no faster than the two
 * readers read: docker-modem's own demuxStream ignores backpressure and would hold a whole dump in memory.
 */
async function separateStreams(connection: Duplex, stdout: Writable, stderr: Writable): Promise<void> {
  try {
    let pending: Buffer = Buffer.alloc(0);
    let target = stdout;
    let left = 0;
    for await (const chunk of connection as AsyncIterable<Buffer>) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (;;) {
        if (left === 0) {
          if (pending.length < 8) break;
          target = pending[0] === 2 ? stderr : stdout;
          left = pending.readUInt32BE(4);
          pending = pending.subarray(8);
        }
        if (pending.length === 0) break;
        const part = pending.subarray(0, left);
        pending = pending.subarray(part.length);
        left -= part.length;
        await write(target, part);
      }
    }
  } catch (error) {
    stdout.destroy();
    stderr.destroy();
    throw error;
  }
  stdout.end();
  stderr.end();
}

async function write(target: Writable, part: Buffer): Promise<void> {
  // A reader that has gone away must not stop the program's other stream.
  if (target.destroyed || target.write(part)) return;
  await new Promise<void>((resolve) => {
    const proceed = () => {
      target.off('drain', proceed);
      target.off('close', proceed);
      resolve();
    };
    target.once('drain', proceed);
    target.once('close', proceed);
  });
}

function withoutFirstLine(target: Writable, onFirstLine: (line: string) => void): Writable {
  let head = Buffer.alloc(0);
  let seen = false;
  const cut = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (seen) return done(null, chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\n');
      if (end === -1) return done();
      seen = true;
      onFirstLine(head.toString('utf8', 0, end));
      done(null, head.subarray(end + 1));
    },
  });
  cut.pipe(target);
  return cut;
}

async function copyInto(container: Container, localPath: string, directory: string): Promise<void> {
  const archive = pack();
  const packed = packPath(archive, localPath, basename(localPath)).then(
    () => archive.finalize(),
    (error) => archive.destroy(error),
  );
  try {
    await container.putArchive(Readable.from(archive), { path: directory });
    await packed;
  } catch (cause) {
    archive.destroy();
    if (/no space left/i.test(messageOf(cause))) throw diskFull(localPath, cause);
    throw new InfrastructureError(
      'container-copy-failed',
      `"${localPath}" can't be copied into the database's container: ${messageOf(cause)}`,
      { next: 'Check with "docker ps" that the container still runs, and the space on the disk of the engine.', cause },
    );
  }
}

async function packPath(archive: Pack, localPath: string, name: string): Promise<void> {
  const found = await stat(localPath);
  if (found.isDirectory()) {
    archive.entry({ name: `${name}/`, type: 'directory', mode: 0o755 });
    for (const child of await readdir(localPath)) {
      await packPath(archive, join(localPath, child), posix.join(name, child));
    }
    return;
  }
  await pipeline(createReadStream(localPath), archive.entry({ name, size: found.size, mode: 0o644 }));
}

function diskFull(localPath: string, cause: unknown): InfrastructureError {
  return new InfrastructureError(
    'disk-full',
    `The disk of the database's container is full: no room for "${localPath}".`,
    {
      next: "Free space where the container engine keeps its data, or give the container's /tmp more.",
      cause,
    },
  );
}

function programMissing(program: ClientProgram): InfrastructureError {
  return new InfrastructureError('client-program-missing', `There is no ${program} in the database's container.`, {
    next: 'Use an image that holds the Postgres server together with its client programs, such as postgres:17.',
  });
}
