import type { Menu } from '../menus.ts';

/** One thing to look at: an action of the web client with all the menus that lead to it, or a page of the website. */
export interface Screen {
  /** The same in every run on the same database. */
  key: string;
  /** `Sales / Orders / Quotations`, or `/shop` */
  title: string;
  target: { kind: 'action'; menuId: number; model: string; actionId: number } | { kind: 'page'; path: string };
  /** External ids of its menus; none for a page. */
  menus: readonly string[];
}

/** The screens behind menus, in the menus' order; menus that open one action share its screen. */
export function screensOf(menus: readonly Menu[]): Screen[] {
  const opening = menus.flatMap((menu) => (menu.action === undefined ? [] : { ...menu, action: menu.action }));
  const byAction = Map.groupBy(opening, ({ action }) => `${action.model},${action.id}`);
  return [...byAction].flatMap(([key, sharing]) => {
    // An app opens what one of its menus opens: that one says more.
    const [named, ...more] = sharing.toSorted((a, b) => depthOf(b) - depthOf(a));
    if (named === undefined) return [];
    const target = { kind: 'action' as const, menuId: named.id, model: named.action.model, actionId: named.action.id };
    return { key, title: named.path, target, menus: [named, ...more].map(nameOf) };
  });
}

const depthOf = ({ path }: Menu) => path.split(' / ').length;

/** Menus that someone made by hand have no external id. */
const nameOf = ({ xmlid, id }: Menu) => xmlid || `ir.ui.menu,${id}`;

/** What an earlier walk over the same screens left: when each was last seen, in ms. */
export type LastSeen = Readonly<Record<string, number>>;

/** Those of changed modules first, then those never seen, then those seen longest ago; menus' order among equals. */
export function riskiestFirst(screens: readonly Screen[], changed: readonly string[], seen: LastSeen): Screen[] {
  const rank = (screen: Screen) => (belongsTo(screen, changed) ? -1 : (seen[screen.key] ?? 0));
  return screens
    .map((screen) => ({ screen, rank: rank(screen) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ screen }) => screen);
}

/** Whether one of its menus comes from one of these modules. */
export function belongsTo({ menus }: Screen, modules: readonly string[]): boolean {
  return menus.some((menu) => modules.includes(menu.split('.')[0] ?? ''));
}
