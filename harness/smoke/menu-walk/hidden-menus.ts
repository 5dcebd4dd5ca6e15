import { z } from 'zod';
import { call, type OpenSession } from '../session.ts';
import type { Screen } from './screens.ts';
import type { Visit } from './visit.ts';

const Menus = z.array(z.object({ id: z.int(), complete_name: z.string(), action: z.string() }));
const Actions = z.array(z.object({ id: z.int(), res_model: z.string() }));
const Models = z.array(z.object({ model: z.string() }));

/**
 * Menus whose action opens a model that does not exist: Odoo hides them from everybody (ir_ui_menu.py, `_filter_visible_menus`),
 * so that a walk over what is shown never meets them. Asked as an administrator.
 */
export async function menusOfMissingModels(server: { url: URL }, session: OpenSession): Promise<Visit[]> {
  const read = async (model: string, domain: unknown[], fields: string[]) =>
    call(server, session, `/web/dataset/call_kw/${model}/search_read`, {
      model,
      method: 'search_read',
      args: [domain, fields],
      kwargs: { context: { 'ir.ui.menu.full_list': true } },
    });
  const from = Date.now();
  const models = Models.parse(await read('ir.model', [], ['model']));
  const known = models.map(({ model }) => model);
  const actions = Actions.parse(await read('ir.actions.act_window', [['res_model', 'not in', known]], ['res_model']));
  if (actions.length === 0) return [];
  const menus = Menus.parse(await read('ir.ui.menu', [['action', '!=', false]], ['complete_name', 'action']));
  return menus.flatMap(({ id, complete_name, action }) => {
    const missing = actions.find((each) => action === `ir.actions.act_window,${each.id}`);
    if (missing === undefined) return [];
    const screen: Screen = {
      key: `ir.ui.menu,${id}`,
      title: complete_name.replaceAll('/', ' / '),
      target: { kind: 'action', menuId: id, model: 'ir.actions.act_window', actionId: missing.id },
      menus: [`ir.ui.menu,${id}`],
    };
    const message = `It opens the model ${missing.res_model}, which does not exist; Odoo shows it to nobody`;
    const steps = [{ name: 'hidden', from, to: Date.now(), problems: [{ kind: 'missing-model' as const, message }] }];
    return { screen, steps, views: { shown: 0, offered: 0 }, openedRecord: false };
  });
}
