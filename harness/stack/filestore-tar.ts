import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';

/**
 * A tar of a filestore under `prefix`, for `docker cp`. Everybody may write in it: the image's user is not
 * known before it runs, and the copy is thrown away.
 */
export function filestoreTar(folder: string, prefix: string): Readable {
  const pack = tar.pack();
  const parents = prefix.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
  const fill = async () => {
    for (const name of parents) pack.entry({ name, type: 'directory', mode: 0o777 });
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = `${prefix}${path.slice(folder.length)}`;
      if (entry.isDirectory()) pack.entry({ name, type: 'directory', mode: 0o777 });
      if (!entry.isFile()) continue;
      const { size } = await stat(path);
      await pipeline(createReadStream(path), pack.entry({ name, size, mode: 0o666 }));
    }
    pack.finalize();
  };
  fill().catch((error: unknown) => pack.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(pack);
}

/** Unpacks the engine's archive of a filestore folder; only names of Odoo's own shape (`ab/abcdef…`) are taken. */
export async function unpackFilestoreTar(archive: NodeJS.ReadableStream, folder: string): Promise<void> {
  const extract = tar.extract();
  const unpacked = (async () => {
    for await (const entry of extract) {
      // `checklist/` holds empty files of the same names: the notes of Odoo's garbage collection.
      const name = /^(?!.*\bchecklist\/)(?:.*\/)?([0-9a-f]{2}\/[0-9a-f]{40})$/.exec(entry.header.name)?.[1];
      if (entry.header.type !== 'file' || name === undefined) {
        entry.resume();
        continue;
      }
      await mkdir(join(folder, name.slice(0, 2)), { recursive: true });
      await pipeline(entry, createWriteStream(join(folder, name)));
    }
  })();
  await Promise.all([pipeline(archive, extract), unpacked]);
}
