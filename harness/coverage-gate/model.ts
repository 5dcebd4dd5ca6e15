import { LineHits } from './line-hits.ts';

export interface Totals {
  covered: number;
  /** Executable lines. */
  total: number;
}

/** What is known of one file: its executable lines and, where the report has them, its branches. */
export interface FileCoverage {
  readonly lines: LineHits;
  /** Line → for each way out of it, in the tool's own order, whether it was taken. */
  readonly branches: Map<number, boolean[]>;
  /** Line → MD5 of its text as LCOV writes it, where the report has that. */
  readonly checksums: Map<number, string>;
}

/** File → what is known of it: the one model that every report format is read into. Paths have forward slashes. */
export type Coverage = ReadonlyMap<string, FileCoverage>;

/** Builds a `Coverage`; what is told twice of one file is united. */
export class CoverageBuilder {
  readonly #files = new Map<string, FileCoverage>();

  /** A file, to be added to; one without executable lines is still a file. */
  file(path: string): FileCoverage {
    const key = normalizePath(path);
    let file = this.#files.get(key);
    if (file === undefined) {
      file = emptyFile();
      this.#files.set(key, file);
    }
    return file;
  }

  add(path: string, { lines, branches, checksums }: FileCoverage): void {
    const target = this.file(path);
    target.lines.addAll(lines);
    for (const [line, taken] of branches) uniteBranches(target, line, taken);
    for (const [line, checksum] of checksums) target.checksums.set(line, checksum);
  }

  build(): Coverage {
    return this.#files;
  }
}

export function emptyFile(): FileCoverage {
  return { lines: new LineHits(), branches: new Map(), checksums: new Map() };
}

/** A branch is covered if one report saw it taken. */
export function uniteBranches({ branches }: FileCoverage, line: number, taken: readonly boolean[]): void {
  const known = branches.get(line);
  if (known === undefined) branches.set(line, [...taken]);
  else for (const [index, one] of taken.entries()) known[index] = one || known[index] === true;
}

/** Union of lines: a line is executable if one report says so, and covered if one report covers it. */
export function mergeCoverage(all: readonly Coverage[]): Coverage {
  const merged = new CoverageBuilder();
  for (const coverage of all) for (const [path, file] of coverage) merged.add(path, file);
  return merged.build();
}

export function totalsOf(files: Iterable<FileCoverage>): Totals {
  return sumOf(Iterator.from(files).map(({ lines }) => lines.totals));
}

export function branchTotalsOf(files: Iterable<FileCoverage>): Totals {
  const totals = { covered: 0, total: 0 };
  for (const { branches } of files) {
    for (const taken of branches.values()) {
      totals.total += taken.length;
      for (const one of taken) if (one) totals.covered += 1;
    }
  }
  return totals;
}

export function sumOf(all: Iterable<Totals>): Totals {
  const sum = { covered: 0, total: 0 };
  for (const { covered, total } of all) {
    sum.covered += covered;
    sum.total += total;
  }
  return sum;
}

export function normalizePath(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
}
