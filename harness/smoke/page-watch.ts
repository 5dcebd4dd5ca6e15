import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConsoleMessage, Page, Request, Response } from 'playwright';
import { z } from 'zod';
import { maskValues } from '../masking.ts';
import { BACKGROUND_CALLS, knownNoise, type ProblemKind } from './known-noise.ts';
import {
  describeAddress,
  describeScriptError,
  type Privacy,
  raisedAt,
  readConsoleError,
  type ScriptPlace,
} from './masking.ts';

/** One error that a page showed, caused or hid. Holds no value of a record. */
export interface PageProblem {
  kind: ProblemKind;
  message: string;
  /** A route, a script, or where the server's exception was raised. */
  location?: string;
  /** The module of Odoo that it comes from, where that can be told. */
  addon?: string;
}

const ErrorReply = z.object({
  error: z.object({
    data: z.object({ name: z.string(), debug: z.string() }).partial().optional(),
  }),
});

const ERROR_DIALOGS = '.o_error_dialog, .o_dialog_error';
const SETTLE_TIMEOUT_MS = 30_000;
/** A bundle that nobody asked for yet is compiled first. */
const BUNDLE_TIMEOUT_MS = 60_000;
/** Chromium's words for an error page in place of a style sheet or a script. */
const REFUSED = /^Refused to (?:apply style|execute script) from '([^']+)'/;
const ANSWER_TIMEOUT_MS = 5_000;
const BUSY = 'A script keeps the page busy';

/**
 * Listens to everything a page can go wrong by, from now on: script errors, console errors, error replies inside
 * HTTP 200, HTTP errors, broken assets and error dialogs. Requests to hosts other than `home` are only recorded.
 */
export class PageWatch {
  /** Hosts that the page asked for and did not get. */
  readonly blockedHosts = new Set<string>();
  readonly #page: Page;
  readonly #home: string;
  readonly #privacy: Privacy;
  readonly #open = new Set<Request>();
  readonly #calls = new EventEmitter();
  readonly #brokenBundle = Promise.withResolvers<never>();
  #readings: Promise<void>[] = [];
  #problems: (PageProblem & { place?: ScriptPlace })[] = [];
  readonly #modules: ReadonlySet<string>;
  /** Open ones that known noise has brought up. */
  #excusedDialogs = 0;

  /** `modules` are the installed ones, by which addons are told. */
  constructor(page: Page, home: URL, privacy: Privacy, modules: ReadonlySet<string> = new Set()) {
    this.#page = page;
    this.#modules = modules;
    this.#home = home.host;
    this.#privacy = privacy;
    this.#brokenBundle.promise.catch(() => {});
    page.on('pageerror', (error) => this.#onScriptError(error));
    page.on('console', (message) => this.#onConsole(message));
    page.on('request', (request) => {
      if (this.#isAwaited(request)) this.#open.add(request);
    });
    page.on('requestfinished', (request) => this.#end(request));
    page.on('requestfailed', (request) => this.#onFailedRequest(request));
    page.on('response', (response) => this.#readings.push(this.#onResponse(response)));
  }

  /** Resolves when no call is under way and the page has drawn twice since; calls that never end become a problem. */
  async settled(timeoutMs = SETTLE_TIMEOUT_MS): Promise<void> {
    if (await this.#settlesWithin(timeoutMs)) return;
    if ([...this.#open].some(isBundle) && (await this.#settlesWithin(BUNDLE_TIMEOUT_MS))) return;
    if (this.#page.isClosed()) return;
    this.tellOpenCalls(timeoutMs);
  }

  /** Makes a problem of every call that is still under way. */
  tellOpenCalls(timeoutMs: number): void {
    for (const request of this.#open) {
      this.#add('stuck', `A call had no answer after ${seconds(timeoutMs)}`, request.url());
    }
    this.#open.clear();
  }

  /** `work`, unless a script bundle can't be loaded: what waits for the web client would wait in vain. */
  async orBrokenBundle<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#brokenBundle.promise]);
  }

  /** The problems since the last time, echoes folded: an error that also opened a dialog is one problem. */
  async takeProblems(): Promise<PageProblem[]> {
    const readings = this.#readings;
    this.#readings = [];
    await Promise.all(readings);
    const counted = this.#page.locator(ERROR_DIALOGS).count();
    const dialogs = await inTime(counted.catch(() => 0));
    if (dialogs === undefined) this.#add('stuck', BUSY, this.#page.url());
    else if (dialogs > this.#excusedDialogs) this.#add('error-dialog', 'An error dialog is open', this.#page.url());
    const problems = this.#problems;
    this.#problems = [];
    return withoutEchoes(await Promise.all(problems.map((problem) => this.#placed(problem))));
  }

  /** To be told once the dialogs of the page were closed. */
  dialogsClosed(): void {
    this.#excusedDialogs = 0;
  }

  #isNoise(kind: ProblemKind, message: string): boolean {
    const noise = knownNoise(kind, message);
    if (noise?.opensDialog) this.#excusedDialogs += 1;
    return noise !== undefined;
  }

  /** `known` is what the address does not tell. */
  #add(
    kind: ProblemKind,
    message: string,
    address?: string,
    known: { addon?: string | undefined; place?: ScriptPlace | undefined } = {},
  ): void {
    const addon = known.addon ?? (address === undefined ? undefined : this.#addonOf(address));
    this.#problems.push({
      kind,
      message,
      ...(address !== undefined && { location: describeAddress(address) }),
      ...(addon !== undefined && { addon }),
      ...(known.place !== undefined && { place: known.place }),
    });
  }

  /** `/my_sale/static/…`, `/my_sale/report`: a module's files, and often its routes, bear its name. */
  #addonOf(address: string): string | undefined {
    if (!URL.canParse(address)) return undefined;
    const [first = '', second] = new URL(address).pathname.split('/').slice(1);
    return first !== 'web' && (second === 'static' || this.#modules.has(first)) ? first : undefined;
  }

  /** A bundle names the file above each piece of it. */
  async #placed({ place, ...problem }: PageProblem & { place?: ScriptPlace }): Promise<PageProblem> {
    if (place === undefined || !this.#isHome(place.url)) return problem;
    const addon = await inTime(this.#page.evaluate(addonAt, place).catch(() => undefined));
    // All views are drawn by it, whoever made them.
    return addon === undefined || addon === 'web' ? problem : { ...problem, addon };
  }

  #onScriptError(error: Error): void {
    if (this.#isNoise('script-error', error.message)) return;
    const { place } = readConsoleError(error.stack ?? '');
    this.#add('script-error', describeScriptError(error, this.#privacy), this.#page.url(), { place });
  }

  #onConsole(message: ConsoleMessage): void {
    if (message.type() !== 'error' || this.#isNoise('console-error', message.text())) return;
    // The reply itself says more; blocked hosts are no error of the page.
    if (message.text().startsWith('Failed to load resource')) return;
    const [, refused] = REFUSED.exec(message.text()) ?? [];
    if (refused !== undefined) {
      this.#add('broken-asset', 'What is served there is no such asset', refused);
      return;
    }
    const { message: said, place } = readConsoleError(message.text());
    const text = this.#privacy === 'keep' ? maskValues(said) : 'An error on the console';
    this.#add('console-error', text, message.location().url || undefined, { place });
  }

  #onFailedRequest(request: Request): void {
    this.#end(request);
    const why = request.failure()?.errorText ?? '';
    if (!this.#isHome(request.url())) this.blockedHosts.add(new URL(request.url()).host);
    // This machine's network changed: a picture that is lost to that says nothing about Odoo.
    else if (why === 'net::ERR_NETWORK_CHANGED' && request.resourceType() === 'image') return;
    // Leaving a page aborts what it was loading.
    else if (why !== 'net::ERR_ABORTED') this.#add('no-answer', `No answer (${why})`, request.url());
  }

  async #onResponse(response: Response): Promise<void> {
    const address = response.url();
    if (!this.#isHome(address)) return;
    const { pathname } = new URL(address);
    const status = response.status();
    if (status >= 400) {
      const isAsset = pathname.startsWith('/web/assets/');
      if (isAsset && pathname.endsWith('.js'))
        this.#brokenBundle.reject(new Error('the script bundles of the page load'));
      this.#add(isAsset ? 'broken-asset' : 'http-error', `HTTP ${status}`, address);
      return;
    }
    if (response.request().method() !== 'POST' || !/json/.test(response.headers()['content-type'] ?? '')) return;
    // A body that is gone belongs to a page that was left.
    const body: unknown = await response.json().catch(() => undefined);
    const reply = ErrorReply.safeParse(body);
    if (!reply.success) return;
    const { name = 'an error', debug = '' } = reply.data.error.data ?? {};
    const raised = raisedAt(debug, this.#modules);
    this.#add(
      'server-error',
      `The server answered with ${name}${raised === undefined ? '' : `, raised at ${raised.at}`}`,
      address,
      { addon: raised?.addon },
    );
  }

  async #settlesWithin(timeoutMs: number): Promise<boolean> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const late = once(deadline, 'abort');
    while (!deadline.aborted && !this.#page.isClosed()) {
      // A script that never ends draws nothing, and answers nothing.
      await Promise.race([this.#page.evaluate(nextTwoFrames).catch(() => {}), late]);
      if (deadline.aborted) return false;
      if (this.#open.size === 0) return true;
      await once(this.#calls, 'ended', { signal: deadline }).catch(() => {});
    }
    return false;
  }

  #end(request: Request): void {
    if (this.#open.delete(request)) this.#calls.emit('ended');
  }

  #isHome(address: string): boolean {
    if (!/^https?:/.test(address)) return true;
    return new URL(address).host === this.#home;
  }

  #isAwaited(request: Request): boolean {
    // Scripts and styles: views load some of theirs late and stay blank until they are there.
    if (!['fetch', 'xhr', 'script', 'stylesheet'].includes(request.resourceType())) return false;
    if (!this.#isHome(request.url())) return false;
    const { pathname } = new URL(request.url());
    return !BACKGROUND_CALLS.some(({ path }) => path.test(pathname));
  }
}

/** undefined where the page does not answer: a script keeps it busy. */
function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  return Promise.race([answer, delay(ANSWER_TIMEOUT_MS, undefined, { ref: false })]);
}

const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;

/** Runs in the page: the module whose file a line of a script comes from. */
async function addonAt({ url, line }: ScriptPlace): Promise<string | undefined> {
  const own = /^https?:\/\/[^/]+\/(\w+)\/static\//.exec(url)?.[1];
  if (own !== undefined) return own;
  const text = await (await fetch(url, { cache: 'force-cache' })).text();
  const above = text.split('\n').slice(0, line);
  return above.map((each) => /^\/\* \/(\w+)\/static\//.exec(each)?.[1]).findLast((each) => each !== undefined);
}

const isBundle = (request: Request) => new URL(request.url()).pathname.startsWith('/web/assets/');

/** Runs in the page: one frame for a reply to be drawn, one for what the drawing asks next. */
function nextTwoFrames(): Promise<unknown> {
  return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}

function withoutEchoes(problems: readonly PageProblem[]): PageProblem[] {
  const kinds = new Set(problems.map((problem) => problem.kind));
  const distinct = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
  return distinct.filter(({ kind, message }) => {
    if (kind === 'error-dialog')
      return !(['server-error', 'script-error', 'console-error'] as const).some((each) => kinds.has(each));
    const tellsOfTheServer = /RPC_ERROR|Odoo Server Error/.test(message);
    return !(kinds.has('server-error') && kind !== 'server-error' && tellsOfTheServer);
  });
}
