import { UsageError } from '../errors.ts';
import type { SourceTree } from './source-tree.ts';
import { isSource } from './source-tree.ts';
import type { Changes, FileChange } from './unified-diff.ts';

/** Brings a diff to the paths of the source tree, which may be a folder of the repository or above it. */
export function placeChanges(changes: Changes, tree: SourceTree): Changes {
  const files = new Map<string, FileChange>();
  for (const [path, change] of changes.files) {
    const resolved = tree.resolve(path);
    const placed = resolved !== undefined && 'path' in resolved ? resolved.path : path;
    files.set(placed, { ...change, path: placed });
  }
  return { files, gone: changes.gone };
}

/** Throws UsageError `diff-stale` if a source file is not there, or has not the lines that the diff gives it. */
export async function checkDiff(
  changes: Changes,
  tree: SourceTree,
  isExcluded: (path: string) => boolean,
): Promise<void> {
  for (const [path, { added }] of changes.files) {
    if (!isSource(path) || isExcluded(path) || added.size === 0) continue;
    const source = tree.files.has(path) ? (await tree.readText(path)).split(/\r\n|\n/) : undefined;
    for (const [line, text] of added) {
      if (source?.[line - 1] === text.replace(/\r$/, '')) continue;
      throw new UsageError('diff-stale', `the diff does not fit the sources: ${path}, line ${line}`, {
        next: 'Make it of this checkout, or let --since REF ask git itself.',
      });
    }
  }
}
