import { LineHits } from './line-hits.ts';

export interface Totals {
  covered: number;
  /** Executable lines. */
  total: number;
}

/** What is known of one file: its executable lines and, where the report has them, its branches. */
export interface FileCoverage {
  readonly lines: LineHits;
  /** Line → a digit for each way out of it, in the tool's own order: 1 if it was taken, else 0. As texts they are small. */
  readonly branches: Map<number, string>;
  /** Line → MD5 of its text as LCOV writes it, where the report has that. */
  readonly checksums: Map<number, string>;
  /** The folder that its name is relative to, where the report says so. */
  folder?: string;
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

  /** Takes the file over: whoever gave it does not use it any more. */
  add(path: string, added: FileCoverage): void {
    const key = normalizePath(path);
    const file = this.#files.get(key);
    if (file === undefined) {
      this.#files.set(key, added);
      return;
    }
    file.lines.addAll(added.lines);
    for (const [line, taken] of added.branches) uniteBranches(file, line, taken);
    for (const [line, checksum] of added.checksums) file.checksums.set(line, checksum);
  }

  build(): Coverage {
    return this.#files;
  }
}

export function emptyFile(): FileCoverage {
  return { lines: new LineHits(), branches: new Map(), checksums: new Map() };
}

/** A branch is covered if one report saw it taken. */
export function uniteBranches({ branches }: FileCoverage, line: number, taken: string): void {
  const known = branches.get(line) ?? '';
  const [long, short] = known.length < taken.length ? [taken, known] : [known, taken];
  branches.set(
    line,
    long.replaceAll(/0/g, (digit, index: number) => short[index] ?? digit),
  );
}

/** Union of lines: a line is executable if one report says so, and covered if one report covers it. Uses the reports up. */
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
      totals.covered += taken.replaceAll('0', '').length;
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
