import { chromium } from 'playwright';
import type { DatabaseAddress } from '../../harness/database/connection.ts';
import { connect } from '../../harness/database/connection.ts';
import { findBrowser, launchOptions } from '../../harness/smoke/browser.ts';

/** Names that exist in the database. */
interface Sale {
  customer: string;
  product: string;
}

/** A customer and a product that no configurator asks about. */
export async function findSale(address: DatabaseAddress): Promise<Sale> {
  const client = await connect(address);
  try {
    const { rows } = await client.query<Sale>(
      `SELECT (SELECT name FROM res_partner p
                WHERE active AND is_company AND parent_id IS NULL AND company_id IS NULL
                  AND NOT EXISTS (SELECT 1 FROM res_company c WHERE c.partner_id = p.id) ORDER BY id LIMIT 1) AS customer,
              (SELECT name ->> 'en_US' FROM product_template t
                WHERE active AND sale_ok AND company_id IS NULL AND type = 'consu'
                  AND NOT EXISTS (SELECT 1 FROM product_template_attribute_line l WHERE l.product_tmpl_id = t.id)
                ORDER BY id LIMIT 1) AS product`,
    );
    if (rows[0] === undefined) throw new Error('the database has nothing to sell');
    return rows[0];
  } finally {
    await client.end();
  }
}

/** The pages of the smoke flows with nothing but Playwright: no capture, no screenshots, no assertions. */
export async function bareWalk(url: URL, user: { login: string; password: string }, sale: Sale): Promise<void> {
  const browser = await chromium.launch(launchOptions(findBrowser(), url));
  try {
    const page = await browser.newPage();
    const ready = () =>
      page.waitForFunction(() => (globalThis as { odoo?: { isReady?: boolean } }).odoo?.isReady === true);
    const open = async (path: string, selector: string) => {
      await page.goto(new URL(path, url).href);
      await page.locator(selector).first().waitFor();
    };
    await open('/web/login', 'form.oe_login_form button[type=submit]');
    await page.fill('input[name=login]', user.login);
    await page.fill('input[name=password]', user.password);
    await page.click('form.oe_login_form button[type=submit]');
    await page.locator('.o_main_navbar').waitFor();
    await ready();
    await open('/odoo/contacts', '.o_kanban_view, .o_list_view');
    await open('/odoo/sales', '.o_list_view');
    await open('/odoo/crm', '.o_kanban_view');
    await open('/odoo/inventory', '.o_kanban_view, .o_list_view');
    await open('/odoo/sales/new', '.o_form_view');
    const pick = async (input: string, name: string) => {
      await page.locator(input).first().fill(name);
      const changed = page.waitForResponse((response) => response.url().endsWith('/onchange'));
      await page.locator('.o-autocomplete--dropdown-item').filter({ hasText: name }).first().click();
      await changed;
    };
    await pick('.o_field_widget[name=partner_id] input', sale.customer);
    await page.locator('.o_field_x2many_list_row_add a').first().click();
    await pick('.o_selected_row [name^=product] input', sale.product);
    await page.click('button[name=action_confirm]');
    await page.locator('.o_arrow_button_current[data-value=sale]').waitFor();
  } finally {
    await browser.close();
  }
}
