import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { type BaselineStore, commitsAmong } from './baseline-store.ts';

/** Baselines in a folder, which a first one makes. */
export function folderStore(folder: string): BaselineStore {
  return {
    name: folder,
    commits: async () => commitsAmong(await namesIn(folder)),
    read: (commit) => readFile(join(folder, `${commit}.json`), 'utf8'),
    save: async (commit, content) => {
      const path = join(folder, `${commit}.json`);
      const temporary = `${path}.${randomUUID()}.tmp`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(temporary, content, { flag: 'wx', flush: true });
        await rename(temporary, path);
      } catch (cause) {
        await rm(temporary, { force: true });
        throw new InfrastructureError('coverage-baseline-not-saved', `the baseline could not be written to ${folder}`, {
          next: 'Check the free space and the permissions of the folder.',
          cause,
        });
      }
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    // Before the first baseline there is no folder.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new InfrastructureError('coverage-baseline-unreadable', `the baselines in ${folder} could not be read`, {
      next: 'Check that it is a folder, and its permissions.',
      cause,
    });
  }
}
