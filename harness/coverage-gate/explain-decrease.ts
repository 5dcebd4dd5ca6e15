import type { Finding } from '../check.ts';
import { type Coverage, type Totals, totalsOfFile } from './model.ts';

const MOST_FILES = 20;

/** The files that pull coverage down, those with the most lines first; at most 20 by name, the others as a count. */
export function explainDecrease(base: Coverage, head: Coverage): Finding[] {
  const losses = [...new Set([...base.keys(), ...head.keys()])]
    .map((file) => ({ file, ...lossOf(totalsIn(base, file), totalsIn(head, file)) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.file < b.file ? -1 : 1));

  const findings: Finding[] = losses
    .slice(0, MOST_FILES)
    .map(({ file, message, count }) => ({ message, location: file, count }));
  const more = losses.length - findings.length;
  if (more > 0) findings.push({ message: 'more files lost coverage', count: more });
  return findings;
}

function lossOf(before: Totals | undefined, after: Totals | undefined): { message: string; count: number } {
  if (before === undefined) {
    const { covered, total } = after ?? { covered: 0, total: 0 };
    return { count: total - covered, message: `new file: ${covered} of ${total} lines covered` };
  }
  if (after === undefined) {
    return { count: before.covered, message: `no longer in the report, where it had ${before.covered} covered lines` };
  }
  const change = `${before.covered} of ${before.total} lines before, ${after.covered} of ${after.total} now`;
  const lost = before.covered - after.covered;
  const uncovered = after.total - after.covered - (before.total - before.covered);
  return lost >= uncovered
    ? { count: lost, message: `lost covered lines: ${change}` }
    : { count: uncovered, message: `gained lines that are not covered: ${change}` };
}

function totalsIn(coverage: Coverage, file: string): Totals | undefined {
  const lines = coverage.get(file);
  return lines && totalsOfFile(lines);
}
