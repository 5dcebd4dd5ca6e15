import { type Browser, chromium } from 'playwright';
import { z } from 'zod';
import type { CheckResult } from '../../check.ts';
import { GateError, messageOf } from '../../errors.ts';
import { maskValues } from '../../masking.ts';
import type { Progress } from '../../progress.ts';
import type { Artifact, Visits } from '../../run.ts';
import { findBrowser, launchOptions } from '../browser.ts';
import { readMenus } from '../menus.ts';
import { call, closeSession, type OpenSession, openSession } from '../session.ts';
import { browserAddress, type SmokeSettings } from '../settings.ts';
import { menusOfMissingModels } from './hidden-menus.ts';
import { artifactsOf, judgeWalk, type LoggedError, visitsOf } from './judge-walk.ts';
import type { NotReached, RoleWalk } from './role-walk.ts';
import type { Visitor } from './roles.ts';
import { belongsTo, riskiestFirst, type Screen, screensOf } from './screens.ts';
import { walkScreens } from './walk-screens.ts';
import { WalkState } from './walk-state.ts';
import { portalPages, publicPages } from './website-pages.ts';

export interface MenuWalkOptions extends Omit<SmokeSettings, 'screenshots' | 'login' | 'password'> {
  visitors: readonly Visitor[];
  screenshots?: SmokeSettings['screenshots'];
  /** When it is over, no further screen is begun; in ms. */
  budgetMs?: number;
  /** Modules whose menus come first. */
  changedModules?: readonly string[];
  /** Goes on with the walk that `outDir` holds, if it did not reach everything. */
  resume?: boolean;
  /** How long anything on a screen may take, in ms. */
  patienceMs?: number;
  /** What Odoo logged as errors, once the walk is over. */
  loggedErrors?(): Promise<readonly LoggedError[]>;
  signal?: AbortSignal;
  /** Aborted once Odoo has ended: nobody then waits for its answers. */
  odooEnded?: AbortSignal;
  progress: Progress;
}

export interface MenuWalkOutcome {
  result: CheckResult;
  /** A table, role by role. */
  visits: Visits[];
  /** Screenshots of what broke. Paths are relative to `outDir`. */
  artifacts: Artifact[];
}

const PATIENCE_MS = 30_000;

/**
 * Opens every menu that the visitors have in a real browser, shows each of its views, opens the first record and tries the
 * filters; for portal and public, the pages. What breaks on a screen is a finding; what can't be reached is said, with the
 * reason, and leaves the check inconclusive. Throws `InfrastructureError` `browser-missing`, and the signal's reason.
 */
export async function walkMenus(options: MenuWalkOptions): Promise<MenuWalkOutcome> {
  const { signal, odooEnded, budgetMs, progress } = options;
  const started = performance.now();
  const stop = new AbortController();
  const stopFor = (reason: string) => () => stop.abort(reason);
  odooEnded?.addEventListener('abort', stopFor('Odoo ended during the walk'), { once: true });
  const budget = budgetMs === undefined ? undefined : setTimeout(stopFor(BUDGET), budgetMs);
  const browser = await launch(options);
  const close = () => void browser.close().catch(() => {});
  signal?.addEventListener('abort', close, { once: true });
  try {
    const state = WalkState.begin(options.outDir, options, options.resume ?? false);
    const walks: RoleWalk[] = [];
    for (const visitor of options.visitors) {
      signal?.throwIfAborted();
      walks.push(
        await progress.step(`Smoke: menus as ${visitor.role}`, (detail) =>
          walkAs(visitor, browser, { ...options, state, enough: stop.signal, detail }),
        ),
      );
    }
    signal?.throwIfAborted();
    if (walks.every(({ notReached }) => notReached.every(({ isOpen }) => !isOpen))) state.complete();
    const logged = (await options.loggedErrors?.()) ?? [];
    return {
      result: judgeWalk(walks, { logged, durationMs: performance.now() - started, excused: excusedBy(options) }),
      visits: walks.map(visitsOf),
      artifacts: walks.flatMap(artifactsOf),
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(budget);
    signal?.removeEventListener('abort', close);
    await browser.close().catch(() => {});
  }
}

const BUDGET = 'the budget was used up';

/** Who names the changed modules wants those seen, and of the others as much as the budget allows. */
function excusedBy({ changedModules }: MenuWalkOptions): (each: NotReached) => boolean {
  if (changedModules === undefined) return () => false;
  return ({ reason, screen }) => reason === BUDGET && !belongsTo(screen, changedModules);
}

async function launch({ url, baseUrl }: MenuWalkOptions): Promise<Browser> {
  const shown = browserAddress({ url, ...(baseUrl && { baseUrl }) });
  const mapped = shown === url ? undefined : { from: shown, to: url };
  const handled = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  // Signals are odoo-gate's own to handle.
  return chromium.launch({ ...launchOptions(findBrowser(), url, mapped), ...handled });
}

interface Surroundings extends MenuWalkOptions {
  state: WalkState;
  enough: AbortSignal;
  detail(text: string): void;
}

/** Of one visitor. Where the way in is closed, the reason stands for all that lies behind. */
async function walkAs(visitor: Visitor, browser: Browser, around: Surroundings): Promise<RoleWalk> {
  const { role } = visitor;
  if (visitor.role === 'public') return walkBehind(visitor, undefined, browser, around);
  try {
    const session = await openSession({ ...around, ...visitor });
    if (session.state === 'refused') return unreached(role, `signing in was refused: ${session.reason}`);
    try {
      return await walkBehind(visitor, session, browser, around);
    } finally {
      await closeSession(around, session);
    }
  } catch (error) {
    return unreached(role, error instanceof GateError ? error.message : maskValues(messageOf(error)));
  }
}

function unreached(role: RoleWalk['role'], reason: string): RoleWalk {
  const screen: Screen = { key: 'all', title: 'all screens', target: { kind: 'page', path: '/' }, menus: [] };
  return { role, screens: [], visits: [], resumed: [], notReached: [{ screen, reason, isOpen: true }] };
}

async function walkBehind(
  { role }: Visitor,
  session: OpenSession | undefined,
  browser: Browser,
  { state, ...around }: Surroundings,
): Promise<RoleWalk> {
  const { screenshots = 'keep', patienceMs = PATIENCE_MS, changedModules = [], detail } = around;
  const { screens, leftOut } = await whatToSee(role, session, around);
  const hidden = role === 'admin' && session !== undefined ? await menusOfMissingModels(around, session) : [];
  const resumed = screens.flatMap((screen) => {
    const seen = state.soundSoFar(role, screen);
    return seen === undefined ? [] : { screen, seen };
  });
  const due = screens.filter((screen) => resumed.every((each) => each.screen !== screen));
  let done = resumed.length;
  const { visits, notReached } = await walkScreens(browser, riskiestFirst(due, changedModules, state.lastSeen(role)), {
    ...around,
    screenshots,
    patienceMs,
    version: session?.version ?? 0,
    cookie: session?.cookie,
    modules: await loadedModules(around, session),
    folder: `smoke/menus/${role}`,
    onVisit: (visit) => {
      state.add(role, visit);
      done += 1;
      detail(`${done} of ${screens.length}: ${visit.screen.title}`);
    },
  });
  return { role, screens, visits: [...visits, ...hidden], resumed, notReached: [...leftOut, ...notReached] };
}

/** None are told to the public. */
async function loadedModules(server: Pick<SmokeSettings, 'url'>, session?: OpenSession): Promise<ReadonlySet<string>> {
  if (session === undefined) return new Set();
  const modules = await call(server, session, '/web/session/modules', {}).catch(() => []);
  return new Set(z.array(z.string()).catch([]).parse(modules));
}

interface ToSee {
  screens: Screen[];
  leftOut: NotReached[];
}

async function whatToSee(
  role: Visitor['role'],
  session: OpenSession | undefined,
  { url }: Pick<SmokeSettings, 'url'>,
): Promise<ToSee> {
  if (session === undefined) return publicPages(url);
  if (role === 'portal') return portalPages(url, session);
  const toSee: ToSee = { screens: [], leftOut: [] };
  for (const screen of screensOf(await readMenus({ url }, session))) {
    const address = screen.target.kind === 'action' ? await addressBehind(screen.target, url, session) : undefined;
    if (address === undefined) toSee.screens.push(screen);
    else if (address.origin === url.origin)
      toSee.screens.push({ ...screen, target: { kind: 'page', path: address.pathname } });
    else toSee.leftOut.push({ screen, reason: `leads to ${address.host}, out of Odoo`, isOpen: false });
  }
  return toSee;
}

/** Where an action leads that is only an address. */
async function addressBehind(
  { model, actionId }: { model: string; actionId: number },
  url: URL,
  session: OpenSession,
): Promise<URL | undefined> {
  if (model !== 'ir.actions.act_url') return undefined;
  const action = await call({ url }, session, '/web/action/load', { action_id: actionId });
  const address = (action as { url?: unknown } | null)?.url;
  return typeof address === 'string' && URL.canParse(address, url) ? new URL(address, url) : undefined;
}
