import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { OWNER_LABEL, ownerLives, type Run } from './run-identity.ts';

const OWNER = 'owner';

/** A folder for the files of one run, which goes with it; beside the templates, so that files can be linked. */
function runFolder({ id, labels }: Run): string {
  const folder = cacheFolder('runs', id);
  writeFileSync(join(folder, OWNER), labels[OWNER_LABEL] ?? '');
  return folder;
}

export async function removeRunFolder(runId: string): Promise<void> {
  await rm(join(cacheFolder('runs'), runId), { recursive: true, force: true, maxRetries: 5 });
}

/** Removes folders of runs whose process is gone. */
export async function removeLeftRunFolders(): Promise<void> {
  for (const runId of readdirSync(cacheFolder('runs'))) {
    if (!ownerLives(ownerOf(runId))) await removeRunFolder(runId);
  }
}

function ownerOf(runId: string): string {
  try {
    return readFileSync(join(cacheFolder('runs'), runId, OWNER), 'utf8');
  } catch {
    // Not written yet, or another clean-up is at it.
    return 'unknown';
  }
}

/** A filestore of the run's own, made of links: files may be removed from it, their bytes are the template's. */
export async function ownFilestore(run: Run, filestore: string): Promise<string> {
  const own = join(runFolder(run), 'filestore');
  await mkdir(own);
  for (const entry of await readdir(filestore, { withFileTypes: true, recursive: true })) {
    const from = join(entry.parentPath, entry.name);
    const to = join(own, from.slice(filestore.length));
    if (entry.isDirectory()) await mkdir(to, { recursive: true });
    else if (entry.isFile()) await link(from, to).catch(() => copyFile(from, to));
  }
  return own;
}
