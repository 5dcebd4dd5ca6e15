import { describe, expect, it } from 'vitest';
import { describeTotals, holds, parsePercent, reaches } from '../../../harness/coverage-gate/percent.ts';

const of = (covered: number, total: number) => ({ covered, total });

describe('describeTotals', () => {
  it.each([
    [15_999, 20_000, '79.99 %'],
    [79_999, 100_000, '79.99 %'],
    [999_999, 1_000_000, '99.99 %'],
    [1, 1, '100.00 %'],
    [0, 7, '0.00 %'],
    [1, 1_000, '0.10 %'],
    [5, 10_000, '0.05 %'],
  ])('%i of %i is %s', (covered, total, text) => {
    expect(describeTotals(of(covered, total))).toMatch(new RegExp(`^${text} \\(${covered} of ${total} lines\\)$`));
  });
});

describe('reaches', () => {
  it.each([
    [80, 100, 80, true],
    [79_999, 100_000, 80, false],
    [7_999_999, 10_000_000, 80, false],
    [159, 200, 79.5, true],
    [1, 3, 33.33, true],
    [1, 3, 33.34, false],
    [0, 1, 0, true],
    [9_007_199_254_740_990, 9_007_199_254_740_991, 100, false],
  ])('%i of %i reaches %d %%: %s', (covered, total, min, expected) => {
    expect(reaches(of(covered, total), parsePercent(min, '--min'))).toBe(expected);
  });
});

describe('holds', () => {
  it.each([
    ['the same share of other sizes', of(1, 3), of(100, 300), 0, true],
    ['one line less', of(299_999, 300_000), of(1, 1), 0, false],
    ['a decrease that two decimals do not show', of(800_000, 1_000_001), of(8, 10), 0, false],
    ['a rise', of(9, 10), of(8, 10), 0, true],
    ['a decrease by exactly the tolerance', of(795, 1_000), of(8, 10), 0.5, true],
    ['a decrease by more than the tolerance', of(794, 1_000), of(8, 10), 0.5, false],
  ])('%s', (_, head, base, tolerance, expected) => {
    expect(holds(head, base, parsePercent(tolerance, '--tolerance'))).toBe(expected);
  });
});

describe('parsePercent', () => {
  it.each([-1, 100.01, 101, Number.NaN, Number.POSITIVE_INFINITY, 1e-7])('refuses %d', (value) => {
    expect(() => parsePercent(value, '--min')).toThrow(
      expect.objectContaining({ code: 'coverage-percentage-invalid' }),
    );
  });
});
