import {
  type CheckOutcome,
  type CheckResult,
  type Finding,
  failedUnlessEmpty,
  inconclusive,
  passed,
} from '../../check.ts';
import type { Artifact, Visits } from '../../run.ts';
import { resultOf } from '../../run.ts';
import { FIX } from '../flow-results.ts';
import type { PageProblem } from '../page-watch.ts';
import type { NotReached, RoleWalk } from './role-walk.ts';
import { assertionsOf, isBroken, type Visit, type VisitStep } from './visit.ts';

export const menuCheck = {
  id: 'smoke.menus',
  title: 'Every menu opens, in each of its views',
  severity: 'high',
} as const;

/** An error in Odoo's log, masked. */
export interface LoggedError {
  /** In ms since the epoch. */
  at: number;
  message: string;
}

interface Judging {
  logged: readonly LoggedError[];
  durationMs: number;
  /** What may stay unseen. */
  excused(each: NotReached): boolean;
}

/** One result out of all roles: what is broken fails it; what nobody could look at leaves it inconclusive. */
export function judgeWalk(walks: readonly RoleWalk[], { logged, durationMs, excused }: Judging): CheckResult {
  return resultOf(menuCheck, outcomeOf(walks, logged, excused), durationMs);
}

function outcomeOf(
  walks: readonly RoleWalk[],
  logged: readonly LoggedError[],
  excused: (each: NotReached) => boolean,
): CheckOutcome {
  const assertions = walks
    .flatMap(({ visits, resumed }) => [...visits.map(assertionsOf), ...resumed.map(({ seen }) => seen.assertions)])
    .reduce((sum, each) => sum + each, 0);
  const findings = findingsOf(walks, logged);
  if (findings.length > 0) return failedUnlessEmpty(findings, assertions);
  const nothing = walks.filter(({ visits, resumed }) => visits.length + resumed.length === 0);
  const open = walks.flatMap(({ role, notReached }) =>
    notReached.filter((each) => each.isOpen && !excused(each)).map((each) => ({ role, ...each })),
  );
  const reasons = [...Map.groupBy(open, ({ role, reason }) => `as ${role}: ${reason}`)].map(
    ([reason, screens]) => `${reason} (${screens.length} not reached, the first ${screens[0]?.screen.title})`,
  );
  if (reasons.length > 0) return inconclusive(reasons.join('; '));
  if (nothing.length > 0)
    return inconclusive(`${nothing.map(({ role }) => role).join(', ')}: there is nothing to open`);
  return passed(assertions);
}

interface Broken {
  role: string;
  visit: Visit;
  step: VisitStep;
  problem: PageProblem;
}

/** One for each problem, however many screens show it. */
function findingsOf(walks: readonly RoleWalk[], logged: readonly LoggedError[]): Finding[] {
  const broken: Broken[] = walks.flatMap(({ role, visits }) =>
    visits.flatMap((visit) =>
      visit.steps.flatMap((step) => step.problems.map((problem) => ({ role, visit, step, problem }))),
    ),
  );
  const alike = Map.groupBy(broken, ({ problem }) => JSON.stringify(problem));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const screens = new Set(group.map(({ role, visit }) => `${role} ${visit.screen.key}`)).size;
    return findingOf(first, screens, logged);
  });
}

function findingOf({ role, visit, step, problem }: Broken, screens: number, logged: readonly LoggedError[]): Finding {
  const { screen, happenedAgain } = visit;
  const during = logged.filter(({ at }) => at >= step.from && at <= step.to).map(({ message }) => message);
  const notes = [
    ...(screens > 1 ? [`and on ${screens - 1} more`] : []),
    ...(happenedAgain === false ? ['not when it was opened again'] : []),
  ];
  const aside = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  const where = [screen.menus[0], problem.addon && `addon ${problem.addon}`, problem.location].filter(Boolean);
  const log = [...new Set(during)].slice(0, 3).map((message) => ` Odoo logged meanwhile: ${message}.`);
  return {
    message: `${screen.title}, ${step.name}, as ${role}: ${problem.message}${aside}`,
    ...(where.length > 0 && { location: where.join(' | ') }),
    ...(screens > 1 && { count: screens }),
    fix: FIX[problem.kind] + log.join(''),
  };
}

/** How much of what there is was seen. */
export function visitsOf({ role, screens, visits, resumed, notReached }: RoleWalk): Visits {
  const all = [...screens, ...notReached.map(({ screen }) => screen)];
  const total = new Set(all.filter(({ key }) => key !== 'all'));
  const seen = [...visits.map(({ screen }) => screen), ...resumed.map(({ screen }) => screen)].filter((screen) =>
    total.has(screen),
  );
  const menus = (of: Iterable<{ menus: readonly string[] }>) =>
    [...of].reduce((sum, each) => sum + each.menus.length, 0);
  const pages = (of: Iterable<{ menus: readonly string[] }>) =>
    [...of].filter((each) => each.menus.length === 0).length;
  const views = [...visits.map((visit) => visit.views), ...resumed.map(({ seen }) => seen.views)];
  return {
    role,
    menus: { seen: menus(seen), total: menus(total) },
    views: {
      seen: views.reduce((sum, { shown }) => sum + shown, 0),
      total: views.reduce((sum, { offered }) => sum + offered, 0),
    },
    pages: { seen: pages(seen), total: pages(total) },
    records: [...visits, ...resumed.map((each) => each.seen)].filter(({ openedRecord }) => openedRecord).length,
    broken: visits.filter(isBroken).length,
    notReached: notReached.map(({ screen, reason }) => ({ screen: screen.title, reason })),
  };
}

export function artifactsOf({ role, visits }: RoleWalk): Artifact[] {
  return visits.flatMap(({ screen, screenshot }) =>
    screenshot === undefined
      ? []
      : { kind: 'screenshot' as const, title: `smoke.menus: ${screen.title}, as ${role}`, path: screenshot },
  );
}
