import { expect, notApplicable, test } from '../test.ts';

const APPS = [
  { name: 'Contacts', module: 'contacts', menu: 'contacts.menu_contacts' },
  { name: 'Sales', module: 'sale_management', menu: 'sale.sale_menu_root' },
  { name: 'CRM', module: 'crm', menu: 'crm.crm_menu_root' },
  { name: 'Inventory', module: 'stock', menu: 'stock.menu_stock_root' },
];

test('Contacts, Sales, CRM and Inventory open', async ({ odoo, step }) => {
  const modules = await odoo.installedModules();
  const installed = APPS.filter((app) => modules.includes(app.module));
  if (installed.length === 0) notApplicable('none of Contacts, Sales, CRM and Inventory is installed');

  for (const { name, menu } of installed) {
    await step(name, async () => {
      await odoo.openMenu(menu);
      await expect(odoo.view, `${name} shows a view`).toBeVisible();
      await expect(odoo.content, `${name} shows records, or says that there are none`).toBeVisible();
    });
  }
});
