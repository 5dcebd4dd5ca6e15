import { z } from 'zod';
import { getJson, type OpenSession } from './session.ts';
import type { SmokeSettings } from './settings.ts';

/** One menu as its user sees it. */
export interface Menu {
  id: number;
  xmlid: string;
  /** `Sales / Orders / Quotations` */
  path: string;
  /** What it opens; a menu that only holds others opens nothing. An app without one of its own opens its first child's. */
  action: { model: string; id: number } | undefined;
}

// Odoo 15 and later: menus by id. Odoo 14: a tree.
const FlatMenu = z.object({
  name: z.string(),
  xmlid: z.string().nullish(),
  children: z.array(z.number().int()),
  actionID: z.union([z.number().int(), z.literal(false)]).nullish(),
  actionModel: z.union([z.string(), z.literal(false)]).nullish(),
});
const FlatMenus = z.record(z.string(), FlatMenu);
type FlatMenus = z.infer<typeof FlatMenus>;
interface MenuNode {
  id?: number | false | undefined;
  name: string;
  xmlid?: string | undefined;
  action?: string | false | undefined;
  children: MenuNode[];
}
const MenuTree: z.ZodType<MenuNode> = z.object({
  id: z.union([z.int(), z.literal(false)]).optional(),
  name: z.string(),
  xmlid: z.string().optional(),
  action: z.union([z.string(), z.literal(false)]).optional(),
  children: z.lazy(() => MenuTree.array()),
});

/** The menus that the server gives this user, in their order on the screen. */
export async function readMenus(settings: Pick<SmokeSettings, 'url'>, session: OpenSession): Promise<Menu[]> {
  // Up to 18 the address ends in a hash for the cache; any will do.
  const path = session.version >= 19 ? '/web/webclient/load_menus' : '/web/webclient/load_menus/odoo-gate';
  const body = await getJson(settings, session, path);
  const flat = FlatMenus.safeParse(body);
  return flat.success ? below('root', [], flat.data) : MenuTree.parse(body).children.flatMap((app) => flatten(app, []));
}

function below(id: string, above: readonly string[], menus: FlatMenus): Menu[] {
  return (menus[id]?.children ?? []).flatMap((child) => {
    const menu = menus[child];
    if (menu === undefined) return [];
    const path = [...above, menu.name];
    const action = menu.actionID && menu.actionModel ? { model: menu.actionModel, id: menu.actionID } : undefined;
    const own = { id: child, xmlid: menu.xmlid ?? '', path: path.join(' / '), action };
    return [own, ...below(String(child), path, menus)];
  });
}

function flatten(menu: MenuNode, above: readonly string[]): Menu[] {
  const path = [...above, menu.name];
  const children = menu.children.flatMap((child) => flatten(child, path));
  const [, model = '', id] = /^([\w.]+),(\d+)$/.exec(menu.action || '') ?? [];
  const own = id === undefined ? undefined : { model, id: Number(id) };
  const action = own ?? children.find((child) => child.action !== undefined)?.action;
  return [{ id: menu.id || 0, xmlid: menu.xmlid ?? '', path: path.join(' / '), action }, ...children];
}
