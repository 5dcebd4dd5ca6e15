import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { type Progress, silentProgress } from '../progress.ts';
import { folderEntries, zipEntries } from './archive-entries.ts';
import type { Backup, Dump, Filestore } from './backup.ts';
import { corrupt, readError } from './backup-errors.ts';
import { readArchiveHeader } from './custom-dump-header.ts';
import { digestOfBackup } from './digest.ts';
import { scanDump } from './dump-scan.ts';
import { type FilestoreSource, filestoreAt, filestoreEmpty, filestoreFiles } from './filestore-files.ts';
import { type OdooManifest, parseOdooManifest } from './odoo-manifest.ts';
import { headOf, identityOf, isGzip, openPossiblyGzipped } from './streams.ts';

export interface InspectOptions {
  /** The filestore that belongs to the dump: a folder, .tar or .tar.gz. Odoo's zip brings its own. */
  filestore?: string;
  signal?: AbortSignal;
  progress?: Progress;
}

/**
 * Reads a backup to its end and tells what it is, by content and never by name. It is found whole: each checksum inside
 * holds, a plain dump ends as it should, each file of the filestore is what its name says. Nothing is written.
 * Throws `UsageError` for a backup that is missing, damaged, unsafe or of a kind that can't be restored.
 */
export async function inspectBackup(path: string, options: InspectOptions = {}): Promise<Backup> {
  const { signal, progress = silentProgress } = options;
  try {
    return await progress.step('Reading the backup through', async (detail) => {
      const identity = await identityOf(path);
      const inspected = await inspectMain(path, signal, detail);
      const found = { ...inspected, path, dump: { ...inspected.dump, identity } };
      if (options.filestore === undefined) return { ...found, digest: await digestOfBackup(path, options) };
      if (found.filestore !== undefined) throw twoFilestores(path, options.filestore);
      const filestore = await inspectSeparateFilestore(options.filestore, signal, detail);
      return { ...found, filestore, digest: await digestOfBackup(path, options) };
    });
  } catch (error) {
    throw readError(path, error);
  }
}

type Found = Omit<Backup, 'path' | 'digest' | 'dump'> & { dump: Omit<Dump, 'identity'> };
type Detail = (text: string) => void;

async function inspectMain(path: string, signal: AbortSignal | undefined, detail: Detail): Promise<Found> {
  const { size, isDirectory } = await stat(path).then((found) => ({
    size: found.size,
    isDirectory: found.isDirectory(),
  }));
  if (isDirectory) return inspectDirectoryDump(path, signal);
  if (size === 0) throw corrupt(path, 'it is empty');
  const head = await headOf(path, 512);
  if (head.toString('latin1', 0, 2) === 'PK') return inspectZip(path, signal, detail);
  if (head.toString('latin1', 257, 262) === 'ustar') throw aTar(path);
  const packing = isGzip(head) ? 'gzip' : 'none';
  const facts = await scanDump(path, await openPossiblyGzipped(path), signal);
  return { dump: { ...facts, packing, path } };
}

async function inspectZip(path: string, signal: AbortSignal | undefined, detail: Detail): Promise<Found> {
  let dump: Found['dump'] | undefined;
  let manifest: OdooManifest | undefined;
  for await (const entry of zipEntries(path)) {
    signal?.throwIfAborted();
    if (entry.path === 'dump.sql' || entry.path === 'dump.dump') {
      if (dump !== undefined) throw corrupt(path, 'it holds more than one dump');
      dump = { ...(await scanDump(path, await entry.open(), signal)), packing: 'zip', path, entry: entry.path };
    } else if (entry.path === 'manifest.json') {
      if (entry.size > 16 * 1024 * 1024) throw corrupt(path, 'its manifest.json is larger than 16 MB');
      const parts = await (await entry.open()).toArray();
      manifest = parseOdooManifest(Buffer.concat(parts).toString('utf8'), path);
    }
  }
  if (dump === undefined) {
    throw new UsageError('backup-without-dump', `The zip "${path}" holds neither dump.sql nor dump.dump at its top.`, {
      next: "Give Odoo's own zip (database manager or odoo-bin db dump), not a re-packed one or a filestore alone.",
    });
  }
  const filestore = await inspectFilestore({ kind: 'zip', path }, signal, detail);
  return {
    dump,
    ...(filestore === undefined ? {} : { filestore }),
    ...(manifest === undefined ? {} : { manifest }),
  };
}

/** Reads each table's file of a `pg_dump -Fd` folder to its end. */
async function inspectDirectoryDump(path: string, signal: AbortSignal | undefined): Promise<Found> {
  const names = await readdir(path);
  if (!names.includes('toc.dat')) {
    throw new UsageError(
      'backup-unknown-format',
      `The folder "${path}" is not a dump of pg_dump -Fd: it has no toc.dat.`,
      {
        next: 'Give the folder that pg_dump -Fd wrote; a filestore goes with --filestore.',
      },
    );
  }
  const { postgresMajor } = readArchiveHeader(path, await headOf(join(path, 'toc.dat'), 16 * 1024));
  let bytes = 0;
  for await (const entry of folderEntries(path)) {
    bytes += entry.size;
    if (/^\d+\.dat(\.gz)?$/.test(entry.path)) await checkTableData(join(path, entry.path), path, signal);
  }
  return { dump: { format: 'directory', packing: 'none', path, postgresMajor, bytes } };
}

/** pg_restore takes a table's file that was cut off at the end of a line; pg_dump ends each with an empty line. */
async function checkTableData(file: string, path: string, signal: AbortSignal | undefined): Promise<void> {
  let end = '';
  for await (const chunk of (await openPossiblyGzipped(file)) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    end = (end + chunk.toString('latin1', Math.max(0, chunk.length - 2))).slice(-2);
  }
  if (end !== '\n\n') throw corrupt(path, "a table's data are cut off");
}

async function inspectSeparateFilestore(
  path: string,
  signal: AbortSignal | undefined,
  detail: Detail,
): Promise<Filestore> {
  const source = await filestoreAt(path);
  try {
    const filestore = await inspectFilestore(source, signal, detail);
    if (filestore === undefined) throw filestoreEmpty(path);
    return filestore;
  } catch (error) {
    throw readError(path, error);
  }
}

/** Reads every attachment and holds it against its name. */
async function inspectFilestore(
  source: Exclude<FilestoreSource, { kind: 'stream' }>,
  signal: AbortSignal | undefined,
  detail: Detail,
): Promise<Filestore | undefined> {
  const wrong: string[] = [];
  let root: string | undefined;
  let files = 0;
  let bytes = 0;
  for await (const file of filestoreFiles(source)) {
    signal?.throwIfAborted();
    const sha1 = createHash('sha1');
    for await (const chunk of await file.open()) sha1.update(chunk);
    if (sha1.digest('hex') !== file.sha1) wrong.push(file.name);
    root = file.root;
    files += 1;
    bytes += file.size;
    if (files % 500 === 0) detail(`${files} files of the filestore`);
  }
  if (wrong.length > 0) throw wrongContent(source.path, wrong);
  return root === undefined ? undefined : { kind: source.kind, path: source.path, root, files, bytes };
}

function wrongContent(path: string, names: readonly string[]): UsageError {
  return corrupt(
    path,
    `${names.length} file(s) of the filestore are not what their name (the SHA-1 of the content) says, the first is ${names[0]}`,
  );
}

function twoFilestores(path: string, filestore: string): UsageError {
  return new UsageError(
    'filestore-twice',
    `"${path}" holds a filestore already; "${filestore}" would be a second one.`,
    {
      next: 'Leave --filestore away, or give a dump without filestore.',
    },
  );
}

function aTar(path: string): UsageError {
  return new UsageError('backup-unknown-format', `"${path}" is a tar file, which is not a kind of dump that is read.`, {
    next: 'Take the dump with pg_dump -Fc; a tar of the filestore goes with --filestore.',
  });
}
