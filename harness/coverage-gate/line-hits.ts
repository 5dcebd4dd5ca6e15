import type { Totals } from './model.ts';

/** Beyond what any source file has; keeps a broken report from filling the memory. */
export const MOST_LINES = 2_000_000;

/** More hits than this are this many: only none or some matters. */
const MOST_HITS = 0xffff_fffe;

/** The executable lines of one file, and how often each ran: four bytes a line. */
export class LineHits implements Iterable<[line: number, hits: number]> {
  /** By line: 0 is not executable, n + 1 is n hits. Long enough for most files: what is outgrown is garbage. */
  #hits = new Uint32Array(512);
  #highest = 0;

  /** Told twice, the hits add up. Returns false, and adds nothing, if no source has such a line. */
  add(line: number, hits: number): boolean {
    if (line < 1 || line > MOST_LINES) return false;
    if (line >= this.#hits.length) this.#grow(line);
    if (line > this.#highest) this.#highest = line;
    this.#hits[line] = Math.min(Math.max((this.#hits[line] ?? 0) - 1, 0) + hits, MOST_HITS) + 1;
    return true;
  }

  addAll(other: LineHits): void {
    for (let line = 1; line <= other.#highest; line += 1) {
      const stored = other.#hits[line] ?? 0;
      if (stored > 0) this.add(line, stored - 1);
    }
  }

  remove(line: number): void {
    if (line <= this.#highest) this.#hits[line] = 0;
  }

  /** undefined for a line that is not executable. */
  get(line: number): number | undefined {
    const stored = this.#hits[line] ?? 0;
    return stored === 0 ? undefined : stored - 1;
  }

  has(line: number): boolean {
    return this.get(line) !== undefined;
  }

  /** The last executable line; 0 if there is none. */
  get highest(): number {
    return this.#highest;
  }

  get totals(): Totals {
    let covered = 0;
    let total = 0;
    for (let line = 1; line <= this.#highest; line += 1) {
      const stored = this.#hits[line] ?? 0;
      if (stored > 0) total += 1;
      if (stored > 1) covered += 1;
    }
    return { covered, total };
  }

  *[Symbol.iterator](): Iterator<[line: number, hits: number]> {
    for (let line = 1; line <= this.#highest; line += 1) {
      const stored = this.#hits[line] ?? 0;
      if (stored > 0) yield [line, stored - 1];
    }
  }

  #grow(line: number): void {
    const grown = new Uint32Array(Math.max(line + 1, this.#hits.length * 2));
    grown.set(this.#hits);
    this.#hits = grown;
  }
}
