import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { askGit, git } from './git.ts';
import { isSource } from './source-tree.ts';
import { type Changes, type FileChange, parseUnifiedDiff } from './unified-diff.ts';

/** The commit that two lines of history have last in common. Throws UsageError `commit-unknown`, `history-shallow`. */
export async function mergeBase(root: string, ref: string): Promise<string> {
  await refuseUnknown(root, ref);
  const base = await askGit(root, ['merge-base', ref, 'HEAD']);
  if (base !== undefined) return base.trim();
  throw new UsageError('history-shallow', `git knows no commit that ${ref} and HEAD have in common`, {
    next: 'Check out the whole history: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab.',
  });
}

async function refuseUnknown(root: string, ref: string): Promise<void> {
  const commit = await askGit(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if (commit !== undefined) return;
  throw new UsageError('commit-unknown', `git knows no commit ${ref} in ${root}`, {
    next: 'Fetch it, or name another: `git fetch origin main`, then --since origin/main.',
  });
}

/**
 * What the work tree changed since a commit, by paths relative to `root`. Files that git does not know yet are new from
 * their first line on; ignored ones do not count.
 */
export async function changesSince(root: string, commit: string): Promise<Changes> {
  const diff = await git(root, [
    ...['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--unified=0', '--find-renames', '--relative'],
    ...['--src-prefix=a/', '--dst-prefix=b/', commit, '--'],
  ]);
  const { files, gone } = diff === '' ? { files: new Map(), gone: new Set<string>() } : parseUnifiedDiff(diff);
  const untracked = await git(root, ['ls-files', '--others', '--exclude-standard', '-z']);
  const all = new Map<string, FileChange>(files);
  for (const path of untracked.split('\0').filter(isSource)) {
    const lines = (await readFile(join(root, path), 'utf8')).split('\n');
    all.set(path, { path, added: new Map(lines.map((text, index) => [index + 1, text])), removed: [] });
  }
  return { files: all, gone };
}
