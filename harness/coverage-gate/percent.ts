import { UsageError } from '../errors.ts';
import type { Totals } from './model.ts';

/** A percentage as an exact fraction: 79.5 is 795/10. */
export interface Percent {
  numerator: bigint;
  denominator: bigint;
  /** As the user wrote it. */
  text: string;
}

/**
 * The exact value of a percentage between 0 and 100 as the user wrote it; binary fractions never enter a comparison.
 *
 * @throws UsageError `coverage-percentage-invalid`
 */
export function parsePercent(value: number, option: string): Percent {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined || value > 100) {
    throw new UsageError('coverage-percentage-invalid', `${option} is ${value}, which is no percentage`, {
      next: `Give ${option} a number between 0 and 100, such as 80 or 79.5.`,
    });
  }
  return { numerator: BigInt(whole + fraction), denominator: 10n ** BigInt(fraction.length), text: String(value) };
}

/** Whether covered / total ≥ min, compared as integers. */
export function reaches({ covered, total }: Totals, min: Percent): boolean {
  return BigInt(covered) * 100n * min.denominator >= min.numerator * BigInt(total);
}

/** Whether head ≥ base − tolerance (percentage points), compared as integers. */
export function holds(head: Totals, base: Totals, tolerance: Percent): boolean {
  const headTotal = BigInt(head.total);
  const baseTotal = BigInt(base.total);
  const headPoints = BigInt(head.covered) * 100n * baseTotal * tolerance.denominator;
  const basePoints = BigInt(base.covered) * 100n * headTotal * tolerance.denominator;
  return headPoints >= basePoints - tolerance.numerator * headTotal * baseTotal;
}

/** `79.99 % (15999 of 20000 lines)`. */
export function describeTotals(totals: Totals): string {
  return `${formatPercent(totals)} (${totals.covered} of ${totals.total} lines)`;
}

/** `79.99 %`. Rounded down: what is below a threshold never shows as having reached it. `–` for nothing of nothing. */
export function formatPercent({ covered, total }: Totals): string {
  if (total === 0) return '–';
  const hundredths = (BigInt(covered) * 10_000n) / BigInt(total);
  const digits = hundredths.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)} %`;
}
