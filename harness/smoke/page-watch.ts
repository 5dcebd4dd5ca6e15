import { EventEmitter, once } from 'node:events';
import type { ConsoleMessage, Page, Request, Response } from 'playwright';
import { z } from 'zod';
import { maskValues } from '../masking.ts';
import { BACKGROUND_CALLS, knownNoise, type ProblemKind } from './known-noise.ts';
import { describeAddress, describeScriptError, type Privacy, raisedAt } from './masking.ts';

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
  #problems: PageProblem[] = [];
  /** Open ones that known noise has brought up. */
  #excusedDialogs = 0;

  constructor(page: Page, home: URL, privacy: Privacy) {
    this.#page = page;
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
    const deadline = AbortSignal.timeout(timeoutMs);
    while (!deadline.aborted && !this.#page.isClosed()) {
      await this.#page.evaluate(nextTwoFrames).catch(() => {});
      if (this.#open.size === 0) return;
      await once(this.#calls, 'ended', { signal: deadline }).catch(() => {});
    }
    for (const request of this.#open) {
      const seconds = Math.round(timeoutMs / 1000);
      this.#add('stuck', `A call had no answer after ${seconds} s`, describeAddress(request.url()));
    }
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
    const dialogs = await this.#page
      .locator(ERROR_DIALOGS)
      .count()
      .catch(() => 0);
    if (dialogs > this.#excusedDialogs)
      this.#add('error-dialog', 'An error dialog is open', describeAddress(this.#page.url()));
    const problems = this.#problems;
    this.#problems = [];
    return withoutEchoes(problems);
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

  #add(kind: ProblemKind, message: string, location?: string): void {
    this.#problems.push({ kind, message, ...(location !== undefined && { location }) });
  }

  #onScriptError(error: Error): void {
    if (this.#isNoise('script-error', error.message)) return;
    this.#add('script-error', describeScriptError(error, this.#privacy), describeAddress(this.#page.url()));
  }

  #onConsole(message: ConsoleMessage): void {
    if (message.type() !== 'error' || this.#isNoise('console-error', message.text())) return;
    // The reply itself says more; blocked hosts are no error of the page.
    if (message.text().startsWith('Failed to load resource')) return;
    const { url, lineNumber } = message.location();
    const text = this.#privacy === 'keep' ? maskValues(message.text()) : 'An error on the console';
    this.#add('console-error', text, url === '' ? undefined : `${describeAddress(url)}:${lineNumber}`);
  }

  #onFailedRequest(request: Request): void {
    this.#end(request);
    const why = request.failure()?.errorText ?? '';
    if (!this.#isHome(request.url())) this.blockedHosts.add(new URL(request.url()).host);
    // Leaving a page aborts what it was loading.
    else if (why !== 'net::ERR_ABORTED') this.#add('no-answer', `No answer (${why})`, describeAddress(request.url()));
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
      this.#add(isAsset ? 'broken-asset' : 'http-error', `HTTP ${status}`, describeAddress(address));
      return;
    }
    if (response.request().method() !== 'POST' || !/json/.test(response.headers()['content-type'] ?? '')) return;
    // A body that is gone belongs to a page that was left.
    const body: unknown = await response.json().catch(() => undefined);
    const reply = ErrorReply.safeParse(body);
    if (!reply.success) return;
    const { name = 'an error', debug = '' } = reply.data.error.data ?? {};
    const raised = raisedAt(debug);
    this.#add(
      'server-error',
      `The server answered with ${name}${raised === undefined ? '' : `, raised at ${raised}`}`,
      describeAddress(address),
    );
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

/** Runs in the page: one frame for a reply to be drawn, one for what the drawing asks next. */
function nextTwoFrames(): Promise<unknown> {
  return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}

function withoutEchoes(problems: readonly PageProblem[]): PageProblem[] {
  const kinds = new Set(problems.map((problem) => problem.kind));
  const distinct = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
  return distinct.filter(({ kind, message }) => {
    if (kind === 'error-dialog') return !kinds.has('server-error') && !kinds.has('script-error');
    const tellsOfTheServer = /RPC_ERROR|Odoo Server Error/.test(message);
    return !(kinds.has('server-error') && kind !== 'server-error' && tellsOfTheServer);
  });
}
