import { UsageError } from '../errors.ts';

/** A series of Odoo: `19.0`, of which 19 is the major version. */
export interface Series {
  name: string;
  major: number;
}

const FIRST = 14;
const LAST = 19;

/** Reads `19.0`. Throws `UsageError('series')`. */
export function parseSeries(text: string): Series {
  const [, major] = /^(\d{1,2})\.0$/.exec(text) ?? [];
  const number = Number(major);
  if (major === undefined || number < FIRST || number > LAST) {
    throw new UsageError('series', `"${text}" is not a series of Odoo that is known here: ${FIRST}.0 to ${LAST}.0.`, {
      next: 'Give --series 19.0, or whichever the addons are for.',
    });
  }
  return { name: text, major: number };
}

/**
 * The series that most versions of manifests begin with, of those that name one. Throws `UsageError('series-unknown')`
 * where none does, or no series has more than half.
 */
export function seriesOf(versions: readonly string[]): Series {
  const named = versions.flatMap((version) => /^(\d{1,2}\.0)\.\d+\.\d+(\.\d+)?$/.exec(version)?.[1] ?? []);
  const counts = [...Map.groupBy(named, (name) => name)].map(([name, all]) => ({ name, count: all.length }));
  const most = counts.toSorted((a, b) => b.count - a.count)[0];
  if (most !== undefined && most.count * 2 > named.length) return parseSeries(most.name);
  const told = counts.map(({ name, count }) => `${name} (${count}×)`).join(', ');
  throw new UsageError(
    'series-unknown',
    most === undefined
      ? 'No manifest says which series of Odoo it is for.'
      : `The manifests do not agree on the series of Odoo: ${told}.`,
    { next: 'Give --series 19.0, or whichever the addons are for.' },
  );
}

/**
 * Why Odoo of this series does not take a version, and undefined where it does. Odoo 19 makes such an addon uninstallable,
 * 16 to 18 end with an error (`adapt_version`, odoo/modules/module.py), earlier ones take anything.
 */
export function wrongVersion(version: string, { name, major }: Series): string | undefined {
  const right = `x.y, x.y.z, ${name}.x.y or ${name}.x.y.z`;
  if (!/^\d+(\.\d+){1,4}$/.test(version)) return `the version is not of the form ${right}`;
  const [, other] = /^((?:[6-9]|[12]\d)\.0)\.\d+\.\d+(?:\.\d+)?$/.exec(version) ?? [];
  if (version.split('.').length <= 3) {
    // Odoo 19 takes its own series alone for a prefix without a version behind it.
    return major >= 19 && version === name ? `the version is the series alone: it has to be ${right}` : undefined;
  }
  if (version.startsWith(`${name}.`)) return undefined;
  if (other !== undefined) return `the version is of Odoo ${other}, not of ${name}`;
  return `the version is not of the form ${right}`;
}
