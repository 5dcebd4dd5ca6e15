import type { RunReport } from '../../harness/run.ts';
import type { Manifest } from '../registry/manifest.ts';
import { Refused, refusal } from './refusal.ts';
import { refusalsOf } from './report-refusals.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Throws `Refused` unless a bare report says pass. It proves as much as whoever could write the file is trusted. */
export function holdReport(
  report: RunReport,
  { now, required }: { now: Date; required?: readonly string[] | undefined },
): void {
  const [first, ...rest] = refusalsOf(report, { now, maxAgeMs: DAY_MS, ...(required ? { required } : {}) });
  if (first !== undefined) throw new Refused(first, ...rest);
}

/** Throws `Refused` unless a report is about the image that the source tag names. */
export function assertAbout(report: RunReport, source: Manifest, from: string): void {
  if (source.digest !== report.subject.image?.digest) throw otherDigest(from, source, report);
}

function otherDigest(from: string, source: Manifest, report: RunReport): Refused {
  const proven = report.subject.image?.digest;
  const child = source.children.find(({ digest }) => digest === proven);
  const what = child ? `only its part for ${child.platform ?? 'one platform'}, ${proven}` : `${proven}`;
  return new Refused(
    refusal(
      'other-digest',
      `${from} is ${source.digest}, but the report is about ${what}.`,
      `Verify the image that ${from} names now, then promote with that report.`,
    ),
  );
}
