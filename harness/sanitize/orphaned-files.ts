import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';

/**
 * Removes the files of a filestore that no attachment of the database names: those that were replaced, and those that
 * were left over in production already. Runs after the database is done, so that a cut off run leaves no name without
 * its file.
 */
export async function removeOrphanedFiles(
  client: Client,
  filestore: string,
): Promise<{ removed: number; bytes: number }> {
  let removed = 0;
  let bytes = 0;
  for (const folder of await readdir(filestore, { withFileTypes: true })) {
    if (!folder.isDirectory() || !/^[0-9a-f]{2,3}$/.test(folder.name)) continue;
    const names = (await readdir(join(filestore, folder.name))).filter((name) => /^[0-9a-f]{40}$/.test(name));
    const { rows } = await client.query<{ name: string }>(
      'SELECT DISTINCT store_fname AS name FROM ir_attachment WHERE store_fname = ANY ($1)',
      [names.map((name) => `${folder.name}/${name}`)],
    );
    const named = new Set(rows.map(({ name }) => name));
    for (const name of names) {
      if (named.has(`${folder.name}/${name}`)) continue;
      const path = join(filestore, folder.name, name);
      bytes += (await stat(path)).size;
      await unlink(path);
      removed += 1;
    }
  }
  return { removed, bytes };
}
