import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, UsageError } from '../errors.ts';

const run = promisify(execFile);

/** What differs from a base: committed since the branches parted, not committed, or not known to git yet. */
export interface Changes {
  /** Names of folders in the addons folders: also of addons that are gone. */
  addons: ReadonlySet<string>;
  /** Changed files that are in none of them. */
  elsewhere: number;
}

/** Asks git. Throws `UsageError('git-failed')` when it can't tell, also for a history that was cut off. */
export async function changesSince(reference: string, folders: readonly string[]): Promise<Changes> {
  const addons = new Set<string>();
  const elsewhere = new Set<string>();
  const real = await Promise.all(folders.map((folder) => realpath(folder)));
  for (const folder of real) {
    for (const file of await changedFiles(folder, reference)) {
      const owners = real.flatMap((each) => addonIn(each, file));
      for (const owner of owners) addons.add(owner);
      if (owners.length === 0) elsewhere.add(file);
    }
  }
  return { addons, elsewhere: elsewhere.size };
}

function addonIn(folder: string, file: string): string[] {
  const [first = '', ...inside] = relative(folder, file).split(sep);
  return first === '..' || inside.length === 0 ? [] : [first];
}

/** Absolute paths. */
async function changedFiles(folder: string, reference: string): Promise<string[]> {
  const [top = ''] = await git(folder, 'rev-parse', '--show-toplevel');
  const [base = ''] = await git(top, 'merge-base', '--end-of-options', reference, 'HEAD');
  const changed = await git(top, 'diff', '--name-only', '--no-renames', '-z', base);
  const added = await git(top, 'ls-files', '--others', '--exclude-standard', '-z');
  return [...changed, ...added].map((file) => join(top, file));
}

async function git(folder: string, ...args: string[]): Promise<string[]> {
  try {
    const { stdout } = await run('git', ['-C', folder, ...args], { maxBuffer: 256 * 1024 * 1024 });
    return stdout.split(/\0|\n/).filter((line) => line !== '');
  } catch (cause) {
    throw new UsageError('git-failed', `What changed in "${folder}" is not known: ${messageOf(cause).trim()}`, {
      next: 'Check --changed-since, and fetch enough history: `git fetch --unshallow` gets all of it.',
      cause,
    });
  }
}
