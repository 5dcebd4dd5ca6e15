import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { getPage } from '../stack/get-page.ts';
import type { OdooLog } from '../stack/odoo-log.ts';

/**
 * Whether all that Odoo has logged so far has arrived here: a request that nobody else makes shows in its access log.
 * False when it does not within `timeoutMs`: Odoo is gone, logs elsewhere, or the stream broke off.
 */
export async function logHasArrived(url: URL, log: OdooLog, timeoutMs = 15_000): Promise<boolean> {
  const mark = `odoo-gate-${randomUUID()}`;
  const deadline = performance.now() + timeoutMs;
  try {
    const response = await getPage(new URL(`/web/health?${mark}`, url), { timeoutMs });
    await response.body?.cancel();
  } catch {
    return false;
  }
  while (performance.now() < deadline) {
    if (log.hasRecently(mark)) return true;
    await delay(20);
  }
  return false;
}
