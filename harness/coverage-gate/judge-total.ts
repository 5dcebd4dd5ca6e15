import { type CheckOutcome, type Finding, failedUnlessEmpty, inconclusive } from '../check.ts';
import { type AddonFigures, nameOf } from './figures.ts';
import type { Totals } from './model.ts';
import { describeTotals, type Percent, reaches } from './percent.ts';

const FIX = 'Add tests for the lines that none reaches.';

export function judgeTotal(totals: Totals, min: Percent): CheckOutcome {
  const below = { message: `line coverage is ${describeTotals(totals)}, below ${min.text} %`, fix: FIX };
  return failedUnlessEmpty(reaches(totals, min) ? [] : [below], 1);
}

/** Each addon that has executable lines reaches the minimum by itself. */
export function judgeAddons(addons: readonly AddonFigures[], min: Percent): CheckOutcome {
  const measured = addons.filter(({ addon, totals }) => addon !== undefined && totals.total > 0);
  if (measured.length === 0) return inconclusive('no line of the reports lies in an addon');
  const findings: Finding[] = measured
    .filter(({ totals }) => !reaches(totals, min))
    .map((figures) => ({
      message: `${nameOf(figures)}: line coverage is ${describeTotals(figures.totals)}, below ${min.text} %`,
      location: figures.addon?.folder || '.',
      fix: FIX,
    }));
  return failedUnlessEmpty(findings, measured.length);
}
