import type { Locator, Page } from 'playwright/test';
import { z } from 'zod';
import { readMenus } from './menus.ts';
import type { PageWatch } from './page-watch.ts';
import { call, type OpenSession } from './session.ts';
import type { SmokeSettings } from './settings.ts';

/** Odoo's web client as a signed-in user sees it, the differences between versions 14 to 19 in this one place. */
export class WebClient {
  readonly page: Page;
  readonly #watch: PageWatch;
  readonly #settings: SmokeSettings;
  readonly #session: OpenSession;

  constructor(page: Page, watch: PageWatch, settings: SmokeSettings, session: OpenSession) {
    this.page = page;
    this.#watch = watch;
    this.#settings = settings;
    this.#session = session;
  }

  /** The view that is open: list, kanban, form or a dashboard. */
  get view(): Locator {
    return this.page.locator('.o_action_manager').locator('.o_view_controller, .o_action .o_content').first();
  }

  /** What a view shows once it is drawn: a record, a group of them, or Odoo's own word that there is nothing. */
  get content(): Locator {
    return this.view
      .locator(
        '.o_kanban_record:not(.o_kanban_ghost), .o_kanban_group, .o_data_row, .o_group_header, .o_view_nocontent, .o_form_sheet',
      )
      .first();
  }

  get form(): Locator {
    return this.page.locator('.o_action_manager .o_form_view');
  }

  /** The state that the status bar of the form marks as the present one. */
  get status(): Locator {
    return this.form.locator('.o_statusbar_status .o_arrow_button_current, .o_statusbar_status .btn-primary').first();
  }

  field(name: string): Locator {
    return this.page.locator(`.o_field_widget[name="${name}"]`);
  }

  /** Modules that the server has loaded: readable by every internal user, unlike the list of apps. */
  async installedModules(): Promise<string[]> {
    return z
      .string()
      .array()
      .parse(await call(this.#settings, this.#session, '/web/session/modules', {}));
  }

  /** Opens the action behind a menu, found by its external id. Fails when the user has no such menu. */
  async openMenu(xmlid: string): Promise<void> {
    const menu = (await readMenus(this.#settings, this.#session)).find((each) => each.xmlid === xmlid);
    if (menu?.action === undefined) throw new Error(`the user has no menu ${xmlid}`);
    await this.openAction(menu.action.id);
  }

  async openAction(actionId: number): Promise<void> {
    const path = this.#session.version >= 18 ? `/odoo/action-${actionId}` : `/web#action=${actionId}`;
    // A change of the fragment alone would not load the page anew.
    if (this.#session.version < 18) await this.page.goto('about:blank');
    await this.page.goto(path, { waitUntil: 'commit' });
    await this.ready();
  }

  /** Waits until the web client runs and its navigation bar is there. The first time Odoo compiles its bundles. */
  async ready(): Promise<void> {
    await webClientReady(this.page, this.#watch);
  }

  /** Presses the button that starts a new record. */
  async createNew(): Promise<void> {
    await this.page.locator('.o_list_button_add:visible, .o-kanban-button-new:visible').first().click();
    await this.form.waitFor();
  }

  /** Types into a many2one and takes the record of that name from its list. */
  async pick(fieldInput: Locator, name: string): Promise<void> {
    await fieldInput.click();
    await fieldInput.fill(name);
    const suggestions = this.page.locator('.o-autocomplete--dropdown-item, .ui-autocomplete .ui-menu-item');
    await suggestions.and(this.page.locator(':not(.o_m2o_dropdown_option)')).filter({ hasText: name }).first().click();
    // What follows from the choice has to arrive before the next thing is typed.
    await this.#watch.settled();
  }

  /** Presses a button of the form and resolves with the id of the record that the server ran it on. */
  async pressOnRecord(button: string): Promise<number> {
    const called = this.page.waitForResponse((response) =>
      new URL(response.url()).pathname.includes(`/web/dataset/call_button`),
    );
    await this.page.locator(`button[name="${button}"]:visible`).first().click();
    const body: unknown = (await called).request().postDataJSON();
    return CalledButton.parse(body).params.args[0][0];
  }

  /** Calls a model's method as the same user, beside the page: what the screen claims can be held against the server. */
  async callModel<T>(
    model: string,
    method: string,
    args: unknown[],
    answer: z.ZodType<T>,
    kwargs: Record<string, unknown> = {},
  ): Promise<T> {
    const params = { model, method, args, kwargs };
    const reply = await call(this.#settings, this.#session, `/web/dataset/call_kw/${model}/${method}`, params);
    return answer.parse(reply);
  }

  async hasField(model: string, field: string): Promise<boolean> {
    const fields = await this.callModel(model, 'fields_get', [[field], ['type']], z.record(z.string(), z.unknown()));
    return field in fields;
  }
}

const CalledButton = z.object({
  params: z.object({ args: z.tuple([z.tuple([z.number().int().positive()])]).rest(z.unknown()) }),
});

/** Waits until Odoo's web client has started on a page. */
export async function webClientReady(page: Page, watch: PageWatch): Promise<void> {
  await watch.orBrokenBundle(page.waitForFunction(isReady, undefined, { timeout: 60_000 }));
  await page.locator('.o_main_navbar').first().waitFor();
}

function isReady(): boolean {
  return (globalThis as { odoo?: { isReady?: boolean } }).odoo?.isReady === true;
}
