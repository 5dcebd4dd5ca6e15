import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureError } from '../errors.ts';
import { getPage } from './get-page.ts';
import type { OdooLog } from './odoo-log.ts';

/**
 * Odoo ended (`odoo-ended`), went on answering with errors (`odoo-broken`), or was not ready in time (`odoo-not-ready`).
 * The first two are the image's or the database's fault; a time-out proves nothing.
 */
export class OdooDidNotStart extends InfrastructureError {}

interface ReadinessOptions {
  url: URL;
  log: OdooLog;
  series: string;
  database: string;
  /** False once Odoo has ended and its log has arrived. */
  isRunning(): Promise<boolean>;
  timeoutMs: number;
  /** How long a page may answer with 5xx before it counts as broken, in ms. */
  patienceMs?: number;
  signal?: AbortSignal;
}

/**
 * Two rungs: `/web/health` (Odoo 15 and later; answers before the registry is loaded), then `/web/login`
 * with its form (needs the registry). What the database says of its modules is asked by a check of its own.
 * Throws `OdooDidNotStart`, or the signal's reason.
 */
export async function waitUntilReady(options: ReadinessOptions): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  if (Number.parseFloat(options.series) >= 15) {
    await climb(options, deadline, '/web/health', (response) => response.ok);
  }
  const login = `/web/login?${new URLSearchParams({ db: options.database })}`;
  await climb(options, deadline, login, (response, body) => response.ok && body.includes('oe_login_form'));
}

async function climb(
  { url, log, isRunning, signal, timeoutMs, patienceMs = 10_000 }: ReadinessOptions,
  deadline: number,
  path: string,
  isReady: (response: Response, body: string) => boolean,
): Promise<void> {
  let answer = 'no answer';
  let brokenSince: number | undefined;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      const response = await getPage(new URL(path, url), {
        timeoutMs: 60_000,
        ...(signal === undefined ? {} : { signal }),
      });
      if (isReady(response, await response.text())) return;
      answer = `status ${response.status}`;
      brokenSince = response.status >= 500 ? (brokenSince ?? performance.now()) : undefined;
    } catch {
      // Not listening yet.
    }
    if (!(await isRunning())) {
      throw odooEnded(log, `before it served ${path}`);
    }
    if (brokenSince !== undefined && performance.now() - brokenSince > patienceMs) {
      throw new OdooDidNotStart('odoo-broken', `Odoo answers ${path} with ${answer}. ${lastLines(log)}`, {
        next: 'Read the lines above: an addon that does not load or a view that breaks shows there.',
      });
    }
    await delay(100);
  }
  throw new OdooDidNotStart(
    'odoo-not-ready',
    `Odoo did not serve ${path} within ${timeoutMs / 1000} s (${answer}). ${lastLines(log)}`,
    { next: 'Read the lines above; if it was still loading, the machine was too slow or too busy: try again.' },
  );
}

/** Odoo has ended, and its log has arrived. */
export function odooEnded(log: OdooLog, when: string): OdooDidNotStart {
  return new OdooDidNotStart('odoo-ended', `Odoo ended ${when}. ${lastLines(log)}`, {
    next: 'Read the lines above: a missing module, a failed migration or a wrong addons path shows there.',
  });
}

function lastLines(log: OdooLog): string {
  return `Its last lines:\n${log.lastLines(15)}`;
}
