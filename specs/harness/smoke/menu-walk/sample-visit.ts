import type { ProblemKind } from '../../../../harness/smoke/known-noise.ts';
import type { RoleWalk } from '../../../../harness/smoke/menu-walk/role-walk.ts';
import type { Screen } from '../../../../harness/smoke/menu-walk/screens.ts';
import type { Visit } from '../../../../harness/smoke/menu-walk/visit.ts';

export const screen: Screen = {
  key: 'ir.actions.act_window,12',
  title: 'Sales / Orders',
  target: { kind: 'action', menuId: 3, model: 'ir.actions.act_window', actionId: 12 },
  menus: ['sale.menu_orders', 'sale.menu_root'],
};

/** Opened, then switched to a kanban where the problems were met. */
export function visit(problems: readonly ProblemKind[] = [], change: Partial<Visit> = {}): Visit {
  return {
    screen,
    steps: [
      { name: 'opened', from: 1_000, to: 2_000, problems: [] },
      {
        name: 'kanban',
        from: 2_000,
        to: 3_000,
        problems: problems.map((kind) => ({ kind, message: `it is ${kind}` })),
      },
    ],
    views: { shown: 1, offered: 1 },
    openedRecord: true,
    ...change,
  };
}

export function walk(change: Partial<RoleWalk> = {}): RoleWalk {
  return { role: 'admin', screens: [screen], visits: [visit()], resumed: [], notReached: [], ...change };
}
