import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { UsageError } from '../errors.ts';
import { type ArchiveEntry, folderEntries, tarEntries, zipEntries } from './archive-entries.ts';
import { readError } from './backup-errors.ts';
import { openPossiblyGzipped } from './streams.ts';

/** Where a filestore can be read: a folder, a tar (plain or gzip) on disk, one that streams in, or inside Odoo's zip. */
export type FilestoreSource =
  | { kind: 'directory' | 'tar' | 'zip'; path: string }
  | { kind: 'stream'; path: string; open(): Promise<Readable> };

/** A folder or a tar, by what is at the path. Throws `UsageError` where nothing is. */
export async function filestoreAt(path: string): Promise<{ kind: 'directory' | 'tar'; path: string }> {
  try {
    return { kind: (await stat(path)).isDirectory() ? 'directory' : 'tar', path };
  } catch (error) {
    throw readError(path, error);
  }
}

export function filestoreEmpty(path: string): UsageError {
  return new UsageError('filestore-empty', `"${path}" holds no file of an Odoo filestore (ab/ab12…).`, {
    next: 'Give the folder filestore/DATABASE of the Odoo data directory, or a tar of it.',
  });
}

/** One attachment's file. `name` is `ir_attachment.store_fname`: `ab/ab12…`, after the SHA-1 of the content. */
export interface FilestoreFile extends ArchiveEntry {
  name: string;
  sha1: string;
  root: string;
}

/** Two hex digits today, three in filestores that are older (odoo/addons/base/models/ir_attachment.py, _get_path). */
const ATTACHMENT = /^(?:(.*)\/)?(([0-9a-f]{2,3})\/(\3[0-9a-f]*))$/;

/**
 * The attachments of a filestore, however it is packed and whatever folder it lies in. Odoo's other files (`checklist`,
 * the notes of its garbage collection) are left out. Throws `UsageError` if it holds the filestores of several databases.
 */
export async function* filestoreFiles(source: FilestoreSource): AsyncGenerator<FilestoreFile> {
  let root: string | undefined;
  for await (const entry of entriesOf(source)) {
    const [, folder = '', name = '', , sha1 = ''] = ATTACHMENT.exec(entry.path) ?? [];
    if (sha1.length !== 40 || folder.split('/').at(-1) === 'checklist') continue;
    if (source.kind === 'zip' && folder.split('/').at(0) !== 'filestore') continue;
    root ??= folder;
    if (folder !== root) throw severalDatabases(source.path, root, folder);
    yield { ...entry, name, sha1, root };
  }
}

async function* entriesOf(source: FilestoreSource): AsyncGenerator<ArchiveEntry> {
  switch (source.kind) {
    case 'directory':
      return yield* folderEntries(source.path);
    case 'zip':
      return yield* zipEntries(source.path);
    case 'tar':
      return yield* tarEntries(source.path, await openPossiblyGzipped(source.path));
    case 'stream':
      return yield* tarEntries(source.path, await source.open());
  }
}

function severalDatabases(path: string, first: string, second: string): UsageError {
  return new UsageError(
    'filestore-ambiguous',
    `"${path}" holds the filestores of several databases: "${first || '.'}" and "${second || '.'}".`,
    { next: 'Give the folder of one database, for example --filestore …/filestore/production.' },
  );
}
