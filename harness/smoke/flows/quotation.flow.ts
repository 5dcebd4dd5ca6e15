import { z } from 'zod';
import { cannotTell, expect, notApplicable, test } from '../test.ts';
import type { WebClient } from '../web-client.ts';

test('A quotation is made and confirmed', async ({ odoo, step }) => {
  const modules = await odoo.installedModules();
  if (!modules.includes('sale_management')) notApplicable('the module sale_management is not installed');
  const [customer, product] = await Promise.all([findCustomer(odoo), findProduct(odoo)]);

  await step('New quotation', async () => {
    await odoo.openMenu('sale.menu_sale_quotations');
    await odoo.createNew();
    await expect(odoo.status, 'it starts as a quotation').toHaveAttribute('data-value', 'draft');
  });

  await step('Customer and product', async () => {
    await odoo.pick(odoo.field('partner_id').locator('input').first(), customer);
    await odoo.form.locator('.o_field_x2many_list_row_add a').first().click();
    const line = odoo.form.locator('.o_selected_row');
    await odoo.pick(line.locator('[name=product_template_id] input, [name=product_id] input').first(), product);
  });

  const order = await step('Confirmed', async () => {
    const id = await odoo.pressOnRecord('action_confirm');
    await expect(odoo.status, 'it is shown as a sales order').toHaveAttribute('data-value', 'sale');
    return id;
  });

  const [stored] = await odoo.callModel('sale.order', 'read', [[order], ['state', 'order_line']], Orders);
  expect(stored?.state, 'the server holds it as a sales order').toBe('sale');
  expect(stored?.order_line.length, 'the server holds its one line').toBe(1);
});

const Orders = z.array(z.object({ state: z.string(), order_line: z.array(z.number()) }));
const Names = z.array(z.object({ name: z.string() }));

async function findCustomer(odoo: WebClient): Promise<string> {
  const warns = await odoo.hasField('res.partner', 'sale_warn');
  return findName(odoo, 'res.partner', [
    ['is_company', '=', true],
    ['parent_id', '=', false],
    ['ref_company_ids', '=', false],
    ['company_id', '=', false],
    ...(warns ? [['sale_warn', '!=', 'block']] : []),
  ]);
}

/** One that no configurator asks about. */
async function findProduct(odoo: WebClient): Promise<string> {
  const hasOptions = await odoo.hasField('product.template', 'optional_product_ids');
  return findName(odoo, 'product.template', [
    ['sale_ok', '=', true],
    ['type', 'in', ['consu', 'product', 'service']],
    ['attribute_line_ids', '=', false],
    ['company_id', '=', false],
    ...(hasOptions ? [['optional_product_ids', '=', false]] : []),
  ]);
}

async function findName(odoo: WebClient, model: string, domain: unknown[]): Promise<string> {
  const records = await odoo.callModel(model, 'search_read', [domain, ['name']], Names, { limit: 1, order: 'id' });
  return records[0]?.name ?? cannotTell(`the database has no ${model} that a quotation could use`);
}
