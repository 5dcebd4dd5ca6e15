import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../errors.ts';
import { type Progress, silentProgress } from '../progress.ts';
import type { Filestore } from './backup.ts';
import { corrupt, diskFull, writeError } from './backup-errors.ts';
import { filestoreFiles } from './filestore-files.ts';

export interface ExtractOptions {
  signal?: AbortSignal;
  progress?: Progress;
}

/**
 * Unpacks a filestore as Odoo wants it (`ab/ab12…` right below `directory`), and holds each file against its name again.
 * The folder must be new or empty; after an error it is gone, or empty as before. Throws `UsageError` for a damaged
 * filestore or a folder in use, `InfrastructureError` for a disk without room, before anything is written if it is known.
 */
export async function extractFilestore(
  filestore: Filestore,
  directory: string,
  { signal, progress = silentProgress }: ExtractOptions = {},
): Promise<{ files: number; bytes: number }> {
  const created = await prepare(directory, filestore.bytes);
  try {
    return await progress.step('Unpacking the filestore', (detail) => unpack(filestore, directory, signal, detail));
  } catch (error) {
    for (const child of await readdir(directory)) await rm(join(directory, child), { recursive: true, force: true });
    if (created !== undefined) await rm(created, { recursive: true, force: true });
    throw writeError(directory, filestore.bytes, error);
  }
}

async function unpack(
  filestore: Filestore,
  directory: string,
  signal: AbortSignal | undefined,
  detail: (text: string) => void,
): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let bytes = 0;
  for await (const file of filestoreFiles(filestore)) {
    signal?.throwIfAborted();
    const target = join(directory, file.name);
    await mkdir(dirname(target), { recursive: true });
    const sha1 = createHash('sha1');
    await pipeline(
      await file.open(),
      async function* (content: AsyncIterable<Buffer>) {
        for await (const chunk of content) {
          sha1.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(target),
      signal === undefined ? {} : { signal },
    );
    if (sha1.digest('hex') !== file.sha1) throw corrupt(filestore.path, `${file.name} is not what its name says`);
    files += 1;
    if (files % 200 === 0) detail(`${files} of ${filestore.files} files`);
  }
  if (files !== filestore.files) {
    throw corrupt(filestore.path, `${files} files were unpacked, ${filestore.files} were there when it was inspected`);
  }
  return { files, bytes };
}

/** Returns the topmost folder that had to be made, if any. */
async function prepare(directory: string, neededBytes: number): Promise<string | undefined> {
  let created: string | undefined;
  try {
    created = await mkdir(directory, { recursive: true });
    if ((await readdir(directory)).length > 0) {
      throw new UsageError('folder-not-empty', `"${directory}" is not empty; nothing was unpacked into it.`, {
        next: 'Name a new folder.',
      });
    }
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize < neededBytes) throw diskFull(directory, neededBytes);
    return created;
  } catch (error) {
    if (created !== undefined) await rm(created, { recursive: true, force: true });
    throw writeError(directory, neededBytes, error);
  }
}
