import { type Coverage, CoverageBuilder } from './model.ts';
import type { Resolved, SourceTree } from './source-tree.ts';

/** A report by the paths of the source tree, and what it names that is not there. */
export interface Mapped {
  coverage: Coverage;
  /** As the report names them. They count by that name: lines that can't be placed are not dropped. */
  unknown: readonly string[];
  /** One path of the report that may be several files, or several that are one. */
  ambiguous: readonly { path: string; candidates: readonly string[] }[];
}

interface Mapping {
  isExcluded(path: string): boolean;
  /** From which folder of the report to which one of the sources. */
  pathMap: ReadonlyMap<string, string>;
}

/** Brings one report to the paths of the source tree, if there is one, and uses it up. What is left out is so by either name. */
export function mapToSources(coverage: Coverage, tree: SourceTree | undefined, mapping: Mapping): Mapped {
  const mapped = new CoverageBuilder();
  const unknown: string[] = [];
  const ambiguous: { path: string; candidates: readonly string[] }[] = [];
  const reportedAs = new Map<string, string[]>();
  for (const [reported, file] of coverage) {
    const path = replaceFolder(reported, mapping.pathMap);
    const resolved = tree === undefined ? { path } : (tree.resolve(path) ?? resolveIn(tree, file.folder, path));
    const placed = resolved !== undefined && 'path' in resolved ? resolved.path : path;
    if (mapping.isExcluded(reported) || mapping.isExcluded(placed)) continue;
    mapped.add(placed, file);
    if (resolved === undefined) unknown.push(reported);
    else if ('path' in resolved) reportedAs.set(placed, [...(reportedAs.get(placed) ?? []), reported]);
    else ambiguous.push({ path: reported, candidates: resolved.ambiguous });
  }
  for (const [path, candidates] of reportedAs) if (candidates.length > 1) ambiguous.push({ path, candidates });
  return { coverage: mapped.build(), unknown, ambiguous };
}

function resolveIn(tree: SourceTree, folder: string | undefined, path: string): Resolved {
  return folder === undefined ? undefined : tree.resolve(`${folder}/${path}`);
}

/** The longest folder that fits is replaced. */
function replaceFolder(path: string, pathMap: ReadonlyMap<string, string>): string {
  const fitting = [...pathMap].filter(([from]) => path.startsWith(from)).sort(([a], [b]) => b.length - a.length);
  const [from, to] = fitting[0] ?? ['', ''];
  return to + path.slice(from.length);
}
