/** Line → how often it ran. Only executable lines are in it; 0 means never. */
export type LineHits = ReadonlyMap<number, number>;

/** File → its lines: the one model that every report format is read into. Paths have forward slashes. */
export type Coverage = ReadonlyMap<string, LineHits>;

export interface Totals {
  covered: number;
  /** Executable lines. */
  total: number;
}

/** Builds a `Coverage`; the same line told twice is one line, with the hits of both. */
export class CoverageBuilder {
  readonly #files = new Map<string, Map<number, number>>();

  /** The lines of a file, to be added to; a file without executable lines is still a file. */
  file(path: string): Map<number, number> {
    const key = normalizePath(path);
    let lines = this.#files.get(key);
    if (lines === undefined) {
      lines = new Map();
      this.#files.set(key, lines);
    }
    return lines;
  }

  build(): Coverage {
    return this.#files;
  }
}

export function addHits(lines: Map<number, number>, line: number, hits: number): void {
  lines.set(line, (lines.get(line) ?? 0) + hits);
}

/** Union of lines: a line is executable if one report says so, and covered if one report covers it. */
export function mergeCoverage(all: readonly Coverage[]): Coverage {
  const merged = new CoverageBuilder();
  for (const coverage of all) {
    for (const [path, lines] of coverage) {
      const target = merged.file(path);
      for (const [line, hits] of lines) addHits(target, line, hits);
    }
  }
  return merged.build();
}

export function totalsOf(coverage: Coverage): Totals {
  const totals = { covered: 0, total: 0 };
  for (const lines of coverage.values()) {
    const file = totalsOfFile(lines);
    totals.covered += file.covered;
    totals.total += file.total;
  }
  return totals;
}

export function totalsOfFile(lines: LineHits): Totals {
  let covered = 0;
  for (const hits of lines.values()) if (hits > 0) covered += 1;
  return { covered, total: lines.size };
}

function normalizePath(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
}
