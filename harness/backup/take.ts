import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { ZipFile } from 'yazl';
import { ClientProgramError, type ClientPrograms } from '../database/client-programs.ts';
import { GateError, InfrastructureError, UsageError } from '../errors.ts';
import { type Progress, silentProgress } from '../progress.ts';
import { writeError } from './backup-errors.ts';
import { type FilestoreFile, type FilestoreSource, filestoreEmpty, filestoreFiles } from './filestore-files.ts';
import type { OdooManifest } from './odoo-manifest.ts';
import { seriesOf } from './restorable.ts';
import { assertDatabaseName, runSql, serverError, serverMajor } from './server.ts';

/** `zip` is Odoo's own, filestore inside; `custom` and `plain` (gzip) are pg_dump's, with a tar of the filestore beside. */
export type BackupFormat = 'zip' | 'custom' | 'plain';

export interface TakeOptions {
  programs: ClientPrograms;
  database: string;
  /** A folder, or a tar that streams out of a container: read once a format. Without it the backup has none. */
  filestore?: FilestoreSource;
  outDir: string;
  formats: readonly BackupFormat[];
  /** What the names of the files begin with; the database and the time otherwise. */
  name?: string;
  signal?: AbortSignal;
  progress?: Progress;
}

export interface TakenBackup {
  format: BackupFormat;
  path: string;
  /** Where it lies apart from the dump. */
  filestore?: string;
}

/**
 * Backs up a database, and after it its filestore, so that no attachment of the dump can be missing. A file has its name
 * only once it is whole and on disk; after an error none is left. Readable by the owner alone: it holds production's data.
 * Throws `UsageError` for a database without Odoo, `InfrastructureError` for a full disk or a failing pg_dump.
 */
export async function takeBackup(options: TakeOptions): Promise<TakenBackup[]> {
  const { database, outDir, filestore, progress = silentProgress } = options;
  assertDatabaseName(database);
  const { manifest, attachments } = await describeDatabase(options);
  const files = () => (filestore === undefined ? undefined : filesToKeep(filestore, attachments, options.signal));
  const name =
    options.name ?? `${database}_${new Date().toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '_')}`;
  const taken: TakenBackup[] = [];
  const written: string[] = [];
  const write = async (path: string, content: (output: Writable) => Promise<void>) => {
    await writeWhole(path, options, content);
    written.push(path);
    return path;
  };
  try {
    await mkdir(outDir, { recursive: true });
    for (const format of new Set(options.formats)) {
      await progress.step(`Backing up "${database}" (${format})`, async () => {
        if (format === 'zip') {
          const path = await write(join(outDir, `${name}.zip`), (output) =>
            writeZip(output, manifest, files(), options),
          );
          taken.push({ format, path });
          return;
        }
        const path =
          format === 'custom'
            ? await write(join(outDir, `${name}.dump`), (output) => dump(options, ['--format=custom'], output))
            : await write(join(outDir, `${name}.sql.gz`), (output) => dumpGzipped(options, output));
        const kept = files();
        if (kept === undefined) taken.push({ format, path });
        else {
          const tar = join(outDir, `${name}.${format}.filestore.tar`);
          taken.push({
            format,
            path,
            filestore: await write(tar, (output) => writeTar(output, kept)),
          });
        }
      });
    }
    return taken;
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    options.signal?.throwIfAborted();
    throw writeError(outDir, 0, error);
  }
}

/** Writes under another name, then syncs and renames: a file under its own name is whole. */
async function writeWhole(
  path: string,
  options: TakeOptions,
  content: (output: Writable) => Promise<void>,
): Promise<void> {
  if (await exists(path)) {
    throw new UsageError('backup-exists', `"${path}" is there already; it was not touched.`, {
      next: 'Choose another name or folder, or remove it yourself.',
    });
  }
  const partial = `${path}.partial`;
  try {
    await content(createWriteStream(partial, { mode: 0o600, flush: true }));
    await rename(partial, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(partial, { force: true });
    throw writeError(path, await neededBytes(options), error);
  }
}

async function dump(options: TakeOptions, args: readonly string[], output: Writable): Promise<void> {
  const { programs, database, signal } = options;
  const io = { stdout: output, ...(signal === undefined ? {} : { signal }) };
  try {
    await programs.run('pg_dump', ['--no-owner', ...args, `--dbname=${database}`], io);
  } catch (error) {
    throw dumpError(database, error);
  }
}

async function dumpGzipped(options: TakeOptions, output: Writable): Promise<void> {
  const gzip = createGzip();
  await Promise.all([pipeline(gzip, output), dump(options, [], gzip)]);
}

/** As Odoo's own (odoo/service/db.py, dump_db): dump.sql, manifest.json and filestore/. */
async function writeZip(
  output: Writable,
  manifest: OdooManifest,
  files: AsyncIterable<FilestoreFile> | undefined,
  options: TakeOptions,
): Promise<void> {
  const zip = new ZipFile();
  const failed = new Promise<never>((_resolve, reject) => zip.on('error', reject));
  const written = pipeline(zip.outputStream as Readable, output);
  const sql = new PassThrough();
  try {
    await Promise.race([failed, written.then(() => failed), fillZip(zip, sql, manifest, files, options)]);
    zip.end();
    await written;
  } catch (error) {
    sql.destroy();
    output.destroy();
    await written.catch(() => {});
    throw error;
  }
}

async function fillZip(
  zip: ZipFile,
  sql: PassThrough,
  manifest: OdooManifest,
  files: AsyncIterable<FilestoreFile> | undefined,
  options: TakeOptions,
): Promise<void> {
  await Promise.all([addToZip(zip, 'dump.sql', async () => sql), dump(options, [], sql)]);
  zip.addBuffer(Buffer.from(JSON.stringify(manifest, null, 4)), 'manifest.json');
  for await (const file of files ?? []) {
    await addToZip(zip, `filestore/${file.name}`, file.open);
  }
}

/** Resolves when the content was read to its end, so that one file is open at a time. */
function addToZip(zip: ZipFile, name: string, open: () => Promise<Readable>): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.addReadStreamLazy(name, {}, (give) => {
      open().then((content) => {
        content.once('end', resolve).once('error', reject);
        give(null, content);
      }, reject);
    });
  });
}

async function writeTar(output: Writable, files: AsyncIterable<FilestoreFile>): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, output);
  const filled = (async () => {
    for await (const file of files) {
      await pipeline(await file.open(), archive.entry({ name: file.name, size: file.size, mode: 0o644 }));
    }
    archive.finalize();
  })();
  filled.catch((error) => archive.destroy(error));
  await Promise.all([filled, written]);
}

/** The filestore's files. Throws `UsageError` where there is none though the database has attachments: the wrong folder. */
async function* filesToKeep(
  filestore: FilestoreSource,
  attachments: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<FilestoreFile> {
  let files = 0;
  for await (const file of filestoreFiles(filestore)) {
    signal?.throwIfAborted();
    files += 1;
    yield file;
  }
  if (files === 0 && attachments > 0) throw filestoreEmpty(filestore.path);
}

async function describeDatabase({
  programs,
  database,
  signal,
}: TakeOptions): Promise<{ manifest: OdooManifest; attachments: number }> {
  const major = await serverMajor(programs, signal);
  let described: { base: string | null; attachments: number; modules: Record<string, string | null> };
  try {
    const sql = `SELECT json_build_object(
      'base', (SELECT latest_version FROM ir_module_module WHERE name = 'base' AND state = 'installed'),
      'attachments', (SELECT count(store_fname) FROM ir_attachment),
      'modules', (SELECT coalesce(json_object_agg(name, latest_version ORDER BY name), '{}')
                    FROM ir_module_module WHERE state = 'installed'))`;
    described = JSON.parse(await runSql(programs, database, sql, signal));
  } catch (error) {
    if (error instanceof ClientProgramError && /relation "ir_(module_module|attachment)"/.test(error.stderr))
      throw notOdoo(database);
    throw error;
  }
  const series = seriesOf(described.base ?? '');
  if (series === undefined) throw notOdoo(database);
  const [first = series, second = '0'] = series.split('.');
  const versionInfo = [/^\d+$/.test(first) ? Number(first) : first, Number(second), 0, 'final', 0, ''];
  const manifest = {
    odoo_dump: '1',
    db_name: database,
    version: series,
    version_info: versionInfo,
    major_version: series,
    pg_version: `${major}.0`,
    modules: described.modules,
  };
  return { manifest, attachments: described.attachments };
}

/** The most that a backup of it takes: the database on disk, with its indexes, and its filestore. */
async function neededBytes({ programs, database, filestore }: TakeOptions): Promise<number> {
  let bytes = Number(await runSql(programs, 'postgres', `SELECT pg_database_size('${database}')`).catch(() => 0));
  if (filestore?.kind === 'directory') {
    for await (const file of filestoreFiles(filestore)) bytes += file.size;
  }
  return bytes;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function dumpError(database: string, error: unknown): unknown {
  const known = serverError(error);
  if (known instanceof GateError || !(error instanceof ClientProgramError)) return known;
  return new InfrastructureError('dump-failed', `The database "${database}" can't be dumped: ${error.message}`, {
    next: /version mismatch/.test(error.stderr)
      ? "Install Postgres' client programs in the server's major version or newer."
      : "Look into the server's log; no backup was written.",
    cause: error,
  });
}

function notOdoo(database: string): UsageError {
  return new UsageError('database-not-odoo', `There is no Odoo in the database "${database}".`, {
    next: 'Name the database that Odoo runs on.',
  });
}
