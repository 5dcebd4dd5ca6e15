import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureError } from '../errors.ts';
import type { OdooLog } from './odoo-log.ts';

/** Odoo ended, or did not serve its login page in time. That may be the image's fault: checks turn it into a failure. */
export class OdooDidNotStart extends InfrastructureError {}

interface ReadinessOptions {
  url: URL;
  log: OdooLog;
  series: string;
  database: string;
  isRunning(): Promise<boolean>;
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Two rungs: `/web/health` (Odoo 15 and later; answers before the registry is loaded), then `/web/login`
 * with its form (needs the registry). What the database says of its modules is asked by a check of its own.
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
  { url, log, isRunning, signal, timeoutMs }: ReadinessOptions,
  deadline: number,
  path: string,
  isReady: (response: Response, body: string) => boolean,
): Promise<void> {
  let answer = 'no answer';
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(60_000) });
      if (isReady(response, await response.text())) return;
      answer = `status ${response.status}`;
      // A page that fails fails again until something changes: ask less often than a port that is not open yet.
      if (response.status >= 500) await delay(1_000);
    } catch {
      // Not listening yet.
    }
    if (!(await isRunning())) {
      throw new OdooDidNotStart(
        'odoo-ended',
        `Odoo ended before it served ${path}. Its last lines:\n${log.lastLines(15)}`,
        {
          next: 'Read the lines above: a missing module, a failed migration or a wrong addons path shows there.',
        },
      );
    }
    await delay(100);
  }
  throw new OdooDidNotStart(
    'odoo-not-ready',
    `Odoo did not serve ${path} within ${timeoutMs / 1000} s (${answer}). Its last lines:\n${log.lastLines(15)}`,
    {
      next: 'Read the lines above; if Odoo was still loading, run it again on a machine with less to do.',
    },
  );
}
