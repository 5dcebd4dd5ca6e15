/** `[3, 4, 5, 9]` → `[[3, 5], [9, 9]]`. The lines are in order. */
export function rangesOf(lines: Iterable<number>): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges;
}

/** `3-5,9`. */
export function formatRanges(lines: Iterable<number>): string {
  return rangesOf(lines)
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
    .join(',');
}

/** Reads `3-5,9`; undefined if it is anything else, out of order, or longer than `most` lines. */
export function parseRanges(text: string, most: number): number[] | undefined {
  if (text === '') return [];
  if (!/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(text)) return undefined;
  const lines: number[] = [];
  for (const range of text.split(',')) {
    const [from = 0, to = from] = range.split('-').map(Number);
    if (from <= (lines.at(-1) ?? 0) || to < from || to > most) return undefined;
    for (let line = from; line <= to; line += 1) lines.push(line);
  }
  return lines;
}
