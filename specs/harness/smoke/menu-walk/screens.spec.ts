import { expect, test } from 'vitest';
import { riskiestFirst, screensOf } from '../../../../harness/smoke/menu-walk/screens.ts';

const menu = (id: number, xmlid: string, actionId?: number) => ({
  id,
  xmlid,
  path: xmlid,
  action: actionId === undefined ? undefined : { model: 'ir.actions.act_window', id: actionId },
});
const screens = screensOf([
  menu(1, 'sale.root', 10),
  menu(2, 'sale.folder'),
  menu(3, 'sale.orders', 10),
  menu(4, 'crm.leads', 11),
  menu(5, '', 12),
  menu(6, 'my_sale.reports', 13),
]);
const titles = (of: typeof screens) => of.map(({ menus }) => menus[0]);

test('menus that open one action share its screen, and those that open nothing have none', () => {
  expect(screens.map(({ menus }) => menus)).toEqual([
    ['sale.root', 'sale.orders'],
    ['crm.leads'],
    ['ir.ui.menu,5'],
    ['my_sale.reports'],
  ]);
});

test('changed modules come first, then what was never seen, then what was seen longest ago', () => {
  const seen = {
    'ir.actions.act_window,10': 1_000,
    'ir.actions.act_window,11': 500,
    'ir.actions.act_window,13': 9_000,
  };
  expect(titles(riskiestFirst(screens, ['my_sale'], seen))).toEqual([
    'my_sale.reports',
    'ir.ui.menu,5',
    'crm.leads',
    'sale.root',
  ]);
});

test('without any of that the order is that of the menus', () => {
  expect(riskiestFirst(screens, [], {})).toEqual(screens);
});
