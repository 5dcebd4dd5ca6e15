import { mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Browser, BrowserContext } from 'playwright';
import { messageOf } from '../../errors.ts';
import { maskValues } from '../../masking.ts';
import { BLUR } from '../blur.ts';
import { slug } from '../flow-files.ts';
import { browserAddress, type SmokeSettings } from '../settings.ts';
import type { NotReached } from './role-walk.ts';
import type { Screen } from './screens.ts';
import { Tab, type TabSettings } from './tab.ts';
import { isBroken, type Visit } from './visit.ts';
import { NO_CLIENT, visitScreen } from './visit-screen.ts';

/** Two cores serve Odoo and two browser contexts about evenly. */
const CONTEXTS = 2;
/** How often a screen is looked at whose tab lost its connections. */
const ATTEMPTS = 5;
/** So many screens in a row without an answer, and nobody asks for the next. */
const MOST_LOST = 6;

export interface WalkScreensOptions extends TabSettings, Pick<SmokeSettings, 'outDir'> {
  /** Of the signed-in user; none for the public. */
  cookie: string | undefined;
  /** Folder of the screenshots below the output folder. */
  folder: string;
  /** Aborted when nothing more is to be begun, with the reason as a sentence. */
  enough: AbortSignal;
  onVisit(visit: Visit): void;
}

/** Looks at screens in parallel browser contexts, in their order, and tells which could not be reached. */
export async function walkScreens(
  browser: Browser,
  screens: readonly Screen[],
  options: WalkScreensOptions,
): Promise<{ visits: Visit[]; notReached: NotReached[] }> {
  const visits: Visit[] = [];
  const notReached: NotReached[] = [];
  const queue = [...screens];
  let lost = 0;
  const walk = async () => {
    const walker = await Walker.start(browser, options);
    try {
      for (let screen = queue.shift(); screen !== undefined; screen = queue.shift()) {
        const why = options.enough.aborted ? String(options.enough.reason) : lost >= MOST_LOST ? GIVEN_UP : undefined;
        const seen = why ?? (await walker.see(screen));
        if (typeof seen === 'string') notReached.push({ screen, reason: seen, isOpen: true });
        else {
          visits.push(seen);
          options.onVisit(seen);
        }
        lost = isDeadEnd(seen) ? lost + 1 : 0;
      }
    } finally {
      await walker.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONTEXTS, screens.length) }, walk));
  const place = (screen: Screen) => screens.indexOf(screen);
  return {
    visits: visits.sort((a, b) => place(a.screen) - place(b.screen)),
    notReached: notReached.sort((a, b) => place(a.screen) - place(b.screen)),
  };
}

const GONE = 'the browser or Odoo went away';
const GIVEN_UP = 'the screens before it had no answer';

/** One browser context, with a tab that is replaced once it met an error: what follows from one must not be blamed on the next. */
class Walker {
  readonly #context: BrowserContext;
  readonly #options: WalkScreensOptions;
  #tab: Tab | undefined;

  private constructor(context: BrowserContext, options: WalkScreensOptions) {
    this.#context = context;
    this.#options = options;
  }

  static async start(browser: Browser, options: WalkScreensOptions): Promise<Walker> {
    const shown = browserAddress(options);
    const context = await browser.newContext({ baseURL: shown.href, viewport: { width: 1280, height: 800 } });
    if (options.cookie !== undefined) {
      await context.addCookies([{ name: 'session_id', value: options.cookie, url: shown.origin, httpOnly: true }]);
    }
    return new Walker(context, options);
  }

  /** The visit, or why there is none. */
  async see(screen: Screen): Promise<Visit | string> {
    const wasNew = this.#tab === undefined;
    const first = await this.#undisturbed(screen);
    // In a new tab there is no screen before that it could come from.
    if (typeof first === 'string' || !isBroken(first) || wasNew || isStuck(first)) return first;
    const second = await this.#undisturbed(screen);
    return { ...first, happenedAgain: typeof second === 'string' || isBroken(second) };
  }

  async close(): Promise<void> {
    await this.#context.close().catch(() => {});
  }

  /** A lost connection says nothing about the screen: Chromium drops all of them when a network of this machine changes. */
  async #undisturbed(screen: Screen): Promise<Visit | string> {
    let why: string = GONE;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        this.#tab ??= await Tab.open(this.#context, this.#options);
        const visit = await visitScreen(this.#tab, screen);
        if (!isBroken(visit)) return visit;
        const shown = await this.#photograph(visit, this.#tab);
        await this.#dropTab();
        const unanswered = problemsOf(visit).find(({ kind }) => kind === 'no-answer');
        if (unanswered === undefined) return shown;
        why = `${GONE}: ${unanswered.message}`;
      } catch (error) {
        why = `${GONE}: ${maskValues(messageOf(error))}`;
        await this.#dropTab();
      }
      if (this.#options.enough.aborted) return String(this.#options.enough.reason);
    }
    return why;
  }

  async #photograph(visit: Visit, tab: Tab): Promise<Visit> {
    const { outDir, folder, screenshots } = this.#options;
    const path = join(outDir, folder, `${slug(visit.screen.title)}-${slug(visit.screen.key)}.png`);
    mkdirSync(dirname(path), { recursive: true });
    const style = screenshots === 'blur' ? BLUR : '';
    const taken = await tab.page.screenshot({ path, style, timeout: 10_000 }).catch(() => undefined);
    return taken === undefined ? visit : { ...visit, screenshot: relative(outDir, path) };
  }

  async #dropTab(): Promise<void> {
    const tab = this.#tab;
    this.#tab = undefined;
    await tab?.close().catch(() => {});
  }
}

const problemsOf = ({ steps }: Visit) => steps.flatMap(({ problems }) => problems);

const isStuck = (visit: Visit) => problemsOf(visit).some(({ kind }) => kind === 'stuck');

/** Says nothing about the next screen either. */
function isDeadEnd(seen: Visit | string): boolean {
  return typeof seen === 'string' || problemsOf(seen).some(({ message }) => message === NO_CLIENT.message);
}
