import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright';
import { PageWatch } from '../page-watch.ts';
import { browserAddress, type SmokeSettings } from '../settings.ts';
import { webClientReady } from '../web-client.ts';
import * as inPage from './in-page.ts';

export interface TabSettings extends Pick<SmokeSettings, 'url' | 'baseUrl' | 'screenshots'> {
  /** Odoo's major version. */
  version: number;
  /** Those that are installed. */
  modules: ReadonlySet<string>;
  /** How long anything on a screen may take, in ms. */
  patienceMs: number;
}

/** Something on a screen took longer than the walk's patience. */
export class Stuck extends Error {}

/** Groups within groups: more than a list has. */
const MOST_GROUPS = 4;

/** One tab of the browser. What differs between Odoo's versions is here and in `in-page.ts`. */
export class Tab {
  readonly page: Page;
  readonly watch: PageWatch;
  readonly #version: number;
  readonly #patienceMs: number;

  private constructor(page: Page, { version, patienceMs, screenshots, modules, ...address }: TabSettings) {
    this.page = page;
    this.watch = new PageWatch(page, browserAddress(address), screenshots, modules);
    this.#version = version;
    this.#patienceMs = patienceMs;
  }

  static async open(context: BrowserContext, settings: TabSettings): Promise<Tab> {
    return new Tab(await context.newPage(), settings);
  }

  /** Whether the web client is loaded, to open the next menu in. */
  async hasWebClient(): Promise<boolean> {
    return this.page.evaluate(inPage.hasMenuService).catch(() => false);
  }

  /** Opens a menu as a click on it does; in a new tab, and in Odoo 14, by the address of what it opens. */
  async openMenu(target: { menuId: number; actionId: number }): Promise<void> {
    if (await this.hasWebClient()) {
      await this.#within(this.page.evaluate(inPage.selectMenu, target.menuId).catch(unlessItLeft));
      await this.page.waitForLoadState('domcontentloaded');
    } else {
      const fragment = `/web#action=${target.actionId}&menu_id=${target.menuId}`;
      // A change of the fragment alone would not load the page anew.
      await this.page.goto('about:blank');
      await this.page.goto(this.#version >= 18 ? `/odoo/action-${target.actionId}` : fragment, { waitUntil: 'commit' });
      await webClientReady(this.page, this.watch).catch(unlessItIsGone);
    }
    await this.settled();
  }

  async openPage(path: string): Promise<void> {
    await this.page.goto(path, { waitUntil: 'load' });
    await this.settled();
  }

  showsAnything(): Promise<boolean> {
    return this.page.evaluate(inPage.showsAnything);
  }

  shown(): Promise<inPage.Shown> {
    return this.page.evaluate(inPage.readShown);
  }

  /** Takes a view of the switcher; false where it is not drawn afterwards. */
  async switchTo(type: string): Promise<boolean> {
    await this.page.evaluate(inPage.pressSwitch, type);
    return this.#drawn(type);
  }

  /** Opens the first record of the list that is shown; false where there is none that a click would open. */
  async openFirstRecord(): Promise<'opened' | 'not drawn' | 'none'> {
    for (let depth = 0; depth < MOST_GROUPS; depth += 1) {
      const pressed = await this.page.evaluate(inPage.openFirstRecord);
      if (pressed === 'nothing') return 'none';
      if (pressed === 'record') return (await this.#drawn('form')) ? 'opened' : 'not drawn';
      await this.settled();
    }
    return 'none';
  }

  /** From a record back to where it was opened. */
  async goBack(): Promise<boolean> {
    if (!(await this.page.evaluate(inPage.pressBack))) return false;
    await this.settled();
    return true;
  }

  /** Sets every filter of the search menu; how many there were. */
  async tryFilters(): Promise<number> {
    if (!(await this.page.evaluate(inPage.pressFilterMenu))) return 0;
    await this.settled();
    const tried = await this.page.evaluate(inPage.pressFilters);
    if (tried > 0) await this.settled();
    return tried;
  }

  /** Closes dialogs, and gives up what a form would save. */
  async tidyUp(): Promise<void> {
    if (!(await this.page.evaluate(inPage.leaveNothingOpen))) return;
    await this.settled();
    this.watch.dialogsClosed();
  }

  settled(): Promise<void> {
    return this.watch.settled(this.#patienceMs);
  }

  close(): Promise<void> {
    return this.page.close();
  }

  async #drawn(type: string): Promise<boolean> {
    await this.settled();
    // What the page draws of its own accord, after the answers are there, takes no second.
    const drawn = this.page.waitForFunction(inPage.isDrawn, type, { timeout: 3_000 });
    return drawn.then(
      () => true,
      () => false,
    );
  }

  async #within(work: Promise<void>): Promise<void> {
    const calledOff = new AbortController();
    const late = delay(this.#patienceMs, 'late', { signal: calledOff.signal }).catch(() => undefined);
    try {
      if ((await Promise.race([work, late])) === 'late') {
        this.watch.tellOpenCalls(this.#patienceMs);
        throw new Stuck();
      }
    } finally {
      calledOff.abort();
    }
  }
}

/** The web client does not start. */
export class NoWebClient extends Error {}

/** A page that is gone says nothing about the web client. */
function unlessItIsGone(error: unknown): never {
  if (error instanceof Error && /net::ERR_|has been closed|crashed/.test(error.message)) throw error;
  throw new NoWebClient();
}

/** A menu may lead out of the web client: the page that asked is gone then. */
function unlessItLeft(error: unknown): void {
  if (!(error instanceof Error && /Execution context was destroyed|navigation/i.test(error.message))) throw error;
}
