import type { PageProblem } from '../page-watch.ts';
import type { Screen } from './screens.ts';

/** One thing done on a screen, with what went wrong meanwhile. */
export interface VisitStep {
  /** `opened`, a view's type, `first record`, `filters` */
  name: string;
  /** In ms since the epoch. */
  from: number;
  to: number;
  problems: PageProblem[];
}

/** What a visit saw of a screen. */
export interface Visit {
  screen: Screen;
  steps: VisitStep[];
  /** Views that were drawn, of those that the switcher offers. */
  views: { shown: number; offered: number };
  openedRecord: boolean;
  /** What it showed when it went wrong. Relative to the output folder. */
  screenshot?: string;
  /** Of a broken one: false where a second visit, in a new tab, met no problem. */
  happenedAgain?: boolean;
}

export function isBroken({ steps }: Pick<Visit, 'steps'>): boolean {
  return steps.some(({ problems }) => problems.length > 0);
}

/** Each step is held to one thing: that what it opened is shown and met no error. */
export function assertionsOf({ steps }: Pick<Visit, 'steps'>): number {
  return steps.length;
}
