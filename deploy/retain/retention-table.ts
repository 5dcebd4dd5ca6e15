import { isGone, type Retention } from './retain.ts';

/** The outcomes as lines for people: one for each tag, and what to do about them. */
export function retentionTable({ repository, applied, tags }: Retention): string {
  if (tags.length === 0) return `${repository}: no tag matches\n`;
  const rows = tags.map(({ tag, outcome, digest, reason }) => [
    tag,
    applied || outcome === 'protected' || outcome === 'unsupported' ? outcome : `would be ${outcome}`,
    digest.slice('sha256:'.length, 'sha256:'.length + 12),
    reason,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const gone = tags.filter(isGone).length;
  const dry = applied || gone === 0 ? '' : `${gone} would go; nothing was changed. Do it with --yes.\n`;
  return `${lines.join('\n')}\n${dry}`;
}
