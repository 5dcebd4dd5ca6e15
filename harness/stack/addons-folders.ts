import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import type { ModuleCode } from './module-code.ts';

/** The same of folders on this machine, of which earlier ones win, as in Odoo's `addons_path`. Throws `UsageError('addons-folder')`. */
export async function readAddonsFolders(folders: readonly string[]): Promise<ModuleCode> {
  const names = new Set<string>();
  const neutralizations = new Map<string, string>();
  let series: string | undefined;
  for (const folder of folders) {
    for (const name of await foldersIn(folder)) {
      if ((await readIfThere(join(folder, name, '__manifest__.py'))) === undefined) continue;
      names.add(name);
      const sql = await readIfThere(join(folder, name, 'data', 'neutralize.sql'));
      if (sql !== undefined && !neutralizations.has(name)) neutralizations.set(name, sql);
      if (name === 'base') series ??= seriesIn(await readIfThere(join(folder, '..', 'release.py')));
    }
  }
  return { names, neutralizations, ...(series === undefined ? {} : { series }) };
}

/** Odoo's own folder `odoo/addons` lies beside `odoo/release.py`. */
function seriesIn(release = ''): string | undefined {
  const [, major, minor] = /^version_info\s*=\s*\(\D*(\d+)\D+(\d+)/m.exec(release) ?? [];
  return major === undefined ? undefined : `${major}.${minor}`;
}

/** Both together; where both have a module, the first one's counts. */
export function joinModules(first: ModuleCode, second: ModuleCode): ModuleCode {
  return {
    ...first,
    names: new Set([...first.names, ...second.names]),
    neutralizations: new Map([...second.neutralizations, ...first.neutralizations]),
  };
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): UsageError {
  return new UsageError('addons-folder', `Addons can't be read from ${path}: ${messageOf(cause)}`, {
    next: 'Name folders that hold modules, separated by commas, and see that this user may read them.',
    cause,
  });
}
