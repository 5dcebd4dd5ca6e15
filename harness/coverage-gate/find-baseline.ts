import { type Base, parseBaseline } from './base.ts';
import type { BaselineStore } from './baseline-store.ts';
import { mergeBase } from './changed-since.ts';
import { git } from './git.ts';

/** The baseline to compare with, or how far was looked for one. */
export type FoundBaseline = { base: Base; commit: string; behind: number } | { base?: undefined; looked: number };

/**
 * The baseline of the nearest commit that has one: from the one where the work left `since`, or else from the parent of
 * HEAD, back along first parents, as main went.
 *
 * @throws UsageError `commit-unknown`, `history-shallow`, `coverage-baseline-malformed`
 */
export async function findBaseline(store: BaselineStore, root: string, since?: string): Promise<FoundBaseline> {
  const known = await store.commits();
  const start = since === undefined ? 'HEAD' : await mergeBase(root, since);
  const log = await git(root, ['rev-list', '--first-parent', ...(since === undefined ? ['--skip=1'] : []), start]);
  const history = log.split('\n').filter((commit) => commit !== '');
  const behind = history.findIndex((commit) => known.has(commit));
  const commit = history[behind];
  if (commit === undefined) return { looked: history.length };
  const origin = `${commit.slice(0, 12)} in ${store.name}`;
  return { base: parseBaseline(parseJson(await store.read(commit)), origin, commit), commit, behind };
}

/** What is no JSON is refused as what is no baseline. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Keeps the coverage of HEAD. Returns why not, where the work tree is not that of HEAD: the reports are of other files.
 */
export async function saveBaseline(
  store: BaselineStore,
  root: string,
  render: (commit: string) => string,
): Promise<{ commit: string } | { refused: string }> {
  const commit = (await git(root, ['rev-parse', 'HEAD'])).trim();
  const changed = (await git(root, ['status', '--porcelain', '--untracked-files=no'])).trim();
  if (changed !== '') return { refused: 'tracked files differ from HEAD' };
  await store.save(commit, render(commit));
  return { commit };
}
