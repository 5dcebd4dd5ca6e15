import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { extract } from 'tar-stream';
import yauzl from 'yauzl';
import { messageOf } from '../errors.ts';
import { corrupt, readError, unsafeEntry } from './backup-errors.ts';
import { through } from './streams.ts';

/** One regular file of a zip, a tar or a folder. Paths are relative, with `/`, and never leave the archive. */
export interface ArchiveEntry {
  path: string;
  size: number;
  /** Only once, and before the next entry is asked for. */
  open(): Promise<Readable>;
}

const UNIX_FILE_TYPE = 0o170000;
const UNIX_SYMLINK = 0o120000;

/** The files of a zip (zip64 too), in the order of its directory. Each is held against its CRC as it is read. */
export async function* zipEntries(path: string): AsyncGenerator<ArchiveEntry> {
  try {
    const zip = await yauzl.openPromise(path, { strictFileNames: true });
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      if (((entry.externalFileAttributes >>> 16) & UNIX_FILE_TYPE) === UNIX_SYMLINK) throw unsafeEntry(path, 'a link');
      if (entry.isEncrypted()) throw corrupt(path, 'it is encrypted');
      yield {
        path: entry.fileName,
        size: entry.uncompressedSize,
        open: async () => through(await zip.openReadStreamPromise(entry), crcVerifier(entry.crc32)),
      };
    }
  } catch (error) {
    // yauzl refuses unsafe names by itself; it has no codes to tell its errors apart.
    if (/relative path|absolute path|invalid characters in fileName/.test(messageOf(error))) {
      throw unsafeEntry(path, 'a path that leads outside');
    }
    throw readError(path, error);
  }
}

/** The files of a tar stream, in its order. `path` names it in messages. */
export async function* tarEntries(path: string, tar: Readable): AsyncGenerator<ArchiveEntry> {
  const unpacked = extract();
  const end = new EndOfTar();
  const fed = pipeline(tar, end, unpacked);
  fed.catch(() => {});
  try {
    for await (const entry of unpacked) {
      const { name, type, size } = entry.header;
      if (!isContained(name)) throw unsafeEntry(path, 'a path that leads outside');
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      if (type !== 'file' && type !== 'contiguous-file') throw unsafeEntry(path, `a ${type ?? 'special file'}`);
      let opened = false;
      yield {
        path: posix.normalize(name),
        size: size ?? 0,
        open: async () => {
          opened = true;
          return Readable.from(entry);
        },
      };
      if (!opened) entry.resume();
    }
    await fed;
    if (!end.seen) throw corrupt(path, 'the end of the tar is missing');
  } catch (error) {
    throw readError(path, error);
  } finally {
    tar.destroy();
  }
}

/** The files below a folder, sorted by path so that the same content always reads the same. */
export async function* folderEntries(folder: string, below = ''): AsyncGenerator<ArchiveEntry> {
  try {
    const children = await readdir(join(folder, below), { withFileTypes: true });
    children.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const child of children) {
      const path = posix.join(below, child.name);
      if (child.isDirectory()) yield* folderEntries(folder, path);
      else if (child.isFile()) {
        const { size } = await lstat(join(folder, path));
        yield { path, size, open: async () => createReadStream(join(folder, path)) };
      } else throw unsafeEntry(folder, child.isSymbolicLink() ? 'a link' : 'a special file');
    }
  } catch (error) {
    throw readError(folder, error);
  }
}

function isContained(name: string): boolean {
  return !name.startsWith('/') && !/^[A-Za-z]:/.test(name) && !name.includes('\\') && !name.split('/').includes('..');
}

function crcVerifier(expected: number): Transform {
  let actual = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      actual = crc32(chunk, actual);
      done(null, chunk);
    },
    flush(done) {
      done(actual === expected ? null : new Error('a file in it does not match its checksum'));
    },
  });
}

/** A tar ends with 1024 zero bytes; one that was cut between two files lacks them, and reads well otherwise. */
class EndOfTar extends Transform {
  #zeros = 0;

  get seen(): boolean {
    return this.#zeros >= 1024;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    let zeros = 0;
    while (zeros < chunk.length && zeros < 1024 && chunk[chunk.length - 1 - zeros] === 0) zeros += 1;
    this.#zeros = zeros === chunk.length ? this.#zeros + zeros : zeros;
    done(null, chunk);
  }
}
