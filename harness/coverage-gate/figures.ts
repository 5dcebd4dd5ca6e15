import { branchTotalsOf, type Coverage, type FileCoverage, type Totals, totalsOf } from './model.ts';
import type { Addon, SourceTree } from './source-tree.ts';

/** The files of one addon in a report. */
export interface AddonFigures {
  /** Without an addon: files that lie in none. */
  addon?: Addon;
  totals: Totals;
  branches: Totals;
  files: readonly FileFigures[];
}

export interface FileFigures {
  path: string;
  coverage: FileCoverage;
  totals: Totals;
  branches: Totals;
}

/** Coverage by addon, in order of their folders; files that lie in none come last. */
export function figuresByAddon(coverage: Coverage, tree: SourceTree | undefined): AddonFigures[] {
  const groups = Map.groupBy(coverage, ([path]) => tree?.addonOf(path));
  return [...groups]
    .map(([addon, entries]) => ({
      ...(addon === undefined ? {} : { addon }),
      totals: totalsOf(entries.map(([, file]) => file)),
      branches: branchTotalsOf(entries.map(([, file]) => file)),
      files: entries
        .map(([path, file]) => ({
          path,
          coverage: file,
          totals: file.lines.totals,
          branches: branchTotalsOf([file]),
        }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    }))
    .sort((a, b) => (folderOf(a) < folderOf(b) ? -1 : 1));
}

/** What an addon is called in messages. */
export const nameOf = ({ addon }: AddonFigures): string => addon?.name ?? '(no addon)';

const folderOf = ({ addon }: AddonFigures): string => addon?.folder ?? '\uffff';
