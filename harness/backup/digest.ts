import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { type ArchiveEntry, folderEntries } from './archive-entries.ts';
import type { Digest } from './backup.ts';
import { readError } from './backup-errors.ts';
import { type FilestoreSource, filestoreAt, filestoreFiles } from './filestore-files.ts';
import { digestOfFile, hashOf } from './streams.ts';

interface DigestOptions {
  /** A folder, .tar or .tar.gz beside the dump. */
  filestore?: string;
  signal?: AbortSignal;
}

/**
 * What identifies a backup: SHA-256 of its file, or over the sorted paths and contents of its folder, combined with the
 * filestore's where that lies apart. Reads everything and checks nothing: `inspectBackup` does. Throws `UsageError` for
 * what is missing or can't be read.
 */
export async function digestOfBackup(path: string, { filestore, signal }: DigestOptions = {}): Promise<Digest> {
  const main = await digestOfDump(path, signal);
  if (filestore === undefined) return main;
  const apart = await digestOfFilestore(filestore, signal);
  return `sha256:${createHash('sha256').update(`dump ${main}\nfilestore ${apart}\n`).digest('hex')}`;
}

async function digestOfDump(path: string, signal: AbortSignal | undefined): Promise<Digest> {
  try {
    if (!(await stat(path)).isDirectory()) return await digestOfFile(path, signal);
    return await digestOfEntries(folderEntries(path), signal);
  } catch (error) {
    throw readError(path, error);
  }
}

async function digestOfFilestore(path: string, signal: AbortSignal | undefined): Promise<Digest> {
  const source = await filestoreAt(path);
  try {
    if (source.kind !== 'directory') return await digestOfFile(path, signal);
    return await digestOfEntries(namedByAttachment(source), signal);
  } catch (error) {
    throw readError(path, error);
  }
}

/** Of a filestore only the attachments count, wherever the folder lies. */
async function* namedByAttachment(source: FilestoreSource): AsyncGenerator<Pick<ArchiveEntry, 'path' | 'open'>> {
  for await (const file of filestoreFiles(source)) yield { path: file.name, open: file.open };
}

async function digestOfEntries(
  entries: AsyncIterable<Pick<ArchiveEntry, 'path' | 'open'>>,
  signal: AbortSignal | undefined,
): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const { path, open } of entries) hash.update(`${await hashOf('sha256', await open(), signal)}  ${path}\n`);
  return `sha256:${hash.digest('hex')}`;
}
