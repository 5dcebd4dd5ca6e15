import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { cacheFolder } from './cache-folder.ts';
import type { Engine } from './engine.ts';
import type { Run } from './run-identity.ts';

/**
 * What a shell script prints in a container of this image, which reaches nothing. An id stands for its content, so the
 * same question is asked once and remembered, as long as `parse` takes the answer: one that was cut off is not kept.
 * undefined when the script did not end with 0: that is asked anew.
 * Throws the engine's error when the container can't be started, and what `parse` throws.
 */
export async function askImage<T>(
  engine: Engine,
  image: { id: string },
  run: Run,
  [script, ...args]: readonly [script: string, ...args: string[]],
  parse: (answer: string) => T,
): Promise<T | undefined> {
  const command = ['-c', script, 'sh', ...args];
  const question = createHash('sha256')
    .update(JSON.stringify([image.id, command]))
    .digest('hex');
  const file = join(cacheFolder('images'), question);
  const remembered = await readFile(file, 'utf8').catch(() => undefined);
  if (remembered !== undefined) return parse(remembered);
  const answer = await runInImage(engine, image.id, run, [script, ...args]);
  if (answer === undefined) return undefined;
  const parsed = parse(answer);
  await writeFile(`${file}.${run.id}`, answer, { mode: 0o600 });
  await rename(`${file}.${run.id}`, file);
  return parsed;
}

/** What a container may see beside its image. */
interface Beside {
  /** As `docker run --volume` takes them. */
  binds?: readonly string[];
  /** Files by their path. */
  files?: Readonly<Record<string, string>>;
  /** Instead of the image's. */
  user?: string;
}

/** What a shell script prints in a container of an image, which reaches nothing; undefined when it did not end with 0. */
export async function runInImage(
  { docker }: Engine,
  image: string,
  run: Run,
  [script, ...args]: readonly [script: string, ...args: string[]],
  { binds = [], files = {}, user }: Beside = {},
): Promise<string | undefined> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['sh'],
    Cmd: ['-c', script, 'sh', ...args],
    Labels: run.labels,
    ...(user === undefined ? {} : { User: user }),
    HostConfig: { NetworkMode: 'none', Binds: [...binds] },
  });
  try {
    if (Object.keys(files).length > 0) await container.putArchive(tarOf(files), { path: '/' });
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    stderr.resume();
    docker.modem.demuxStream(stream, stdout, stderr);
    const printed = text(stdout);
    await container.start();
    await finished(stream, { writable: false });
    stdout.end();
    const { StatusCode: exitCode } = (await container.wait()) as { StatusCode: number };
    return exitCode === 0 ? await printed : undefined;
  } finally {
    await container.remove({ force: true, v: true }).catch(() => {});
  }
}

function tarOf(files: Readonly<Record<string, string>>): Readable {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o644 }, content);
  archive.finalize();
  return Readable.from(archive);
}
