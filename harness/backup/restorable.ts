import { UsageError } from '../errors.ts';
import type { Backup } from './backup.ts';

/** What is to take the backup. */
export interface RestoreTarget {
  /** Odoo's series: `19.0`, `saas~18.2`. */
  odooVersion?: string;
  postgresMajor?: number;
}

/**
 * Throws `UsageError` unless the target can take the backup: a Postgres at least as new, and an Odoo of the same series,
 * as no Odoo starts on the database of another. A dump without manifest tells its series only once it is restored
 * (`readServerFacts`, then `assertSameSeries`).
 */
export function assertRestorable(backup: Pick<Backup, 'dump' | 'manifest'>, target: RestoreTarget): void {
  const { postgresMajor } = backup.dump;
  if (target.postgresMajor !== undefined && postgresMajor > target.postgresMajor) {
    throw new UsageError(
      'dump-newer-postgres',
      `The dump was made by Postgres ${postgresMajor}; the server is Postgres ${target.postgresMajor}, which can't read it.`,
      { next: `Restore into Postgres ${postgresMajor} or newer (for example the image postgres:${postgresMajor}).` },
    );
  }
  if (backup.manifest !== undefined && target.odooVersion !== undefined) {
    assertSameSeries(backup.manifest.major_version, target.odooVersion);
  }
}

/** Throws `UsageError` unless a database of series `database` is one that an Odoo of series `image` can open. */
export function assertSameSeries(database: string, image: string): void {
  const difference = compareSeries(database, image);
  if (difference > 0) {
    throw new UsageError(
      'backup-odoo-newer',
      `The backup is of Odoo ${database}; the image is the older Odoo ${image}.`,
      {
        next: `Use an image of Odoo ${database}, or an older backup.`,
      },
    );
  }
  if (difference < 0) {
    throw new UsageError(
      'backup-odoo-older',
      `The backup is of Odoo ${database}; the image is the newer Odoo ${image}.`,
      {
        next: `Upgrade the database to Odoo ${image} first and back that up, or use an image of Odoo ${database}.`,
      },
    );
  }
}

/** The series in a version of Odoo or of a module: `19.0-20250918` and `19.0.1.3` are both 19.0. */
export function seriesOf(version: string): string | undefined {
  return /^(?:saas[~-])?\d+\.\d+/.exec(version)?.[0];
}

function compareSeries(left: string, right: string): number {
  const [leftMajor, leftMinor] = numbersOf(left);
  const [rightMajor, rightMinor] = numbersOf(right);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}

function numbersOf(series: string): [number, number] {
  const [, major, minor] = /^(?:saas[~-])?(\d+)\.(\d+)/.exec(series) ?? [];
  if (major === undefined || minor === undefined) {
    throw new UsageError('odoo-version', `"${series}" is not a version of Odoo.`, {
      next: 'Give the series, for example 19.0.',
    });
  }
  return [Number(major), Number(minor)];
}
