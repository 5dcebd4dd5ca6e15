import { compare, parse } from 'semver';

/** By what releases are told newer from older: when they were promoted, or their version. */
export type ReleaseOrder = 'promotion' | 'version';

/** Whether a tag is newer (> 0) than another; a tag that has no place in the order is not `known`. */
export interface Ranking {
  known(tag: string): boolean;
  compare(a: string, b: string): number;
  /** Why a tag has no place. */
  unknown: string;
}

/** By recorded promotion time: names say nothing about what came when. */
export function byPromotion(promotedAt: ReadonlyMap<string, Date>): Ranking {
  const timeOf = (tag: string) => promotedAt.get(tag)?.getTime() ?? Number.NaN;
  return {
    known: (tag) => !Number.isNaN(timeOf(tag)),
    compare: (a, b) => timeOf(a) - timeOf(b),
    unknown: 'no promotion of it is recorded',
  };
}

/** By the semantic version at the end of the tag: `prod-v1.2.3`, `1.2.3-rc.1`. */
export function byVersion(): Ranking {
  return {
    known: (tag) => versionIn(tag) !== null,
    compare: (a, b) => compare(versionIn(a) ?? '0.0.0', versionIn(b) ?? '0.0.0'),
    unknown: 'it does not end in a semantic version',
  };
}

function versionIn(tag: string) {
  // Part of a longer row of numbers is no version of three.
  const text = /(?<![\d.])v?(\d+\.\d+\.\d+(?:-[\dA-Za-z.-]+)?)$/.exec(tag)?.[1];
  return parse(text);
}

/** The newest `keep` of these tags. What is as old as the last of them stays too. */
export function newest(tags: readonly string[], keep: number, ranking: Ranking): string[] {
  const known = tags.filter((tag) => ranking.known(tag)).sort((a, b) => ranking.compare(b, a));
  const last = known[keep - 1];
  return last === undefined ? known : known.filter((tag) => ranking.compare(tag, last) >= 0);
}
