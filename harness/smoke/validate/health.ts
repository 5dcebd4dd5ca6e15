import { z } from 'zod';
import { type Check, failedUnlessEmpty, notApplicable } from '../../check.ts';
import type { LiveContext } from './context.ts';
import { fetchPage } from './fetch-page.ts';

const PASS = z.object({ status: z.literal('pass') });

/** What a load balancer asks. It is answered before the registry is loaded: a pass alone proves little. */
export const healthCheck: Check<LiveContext> = {
  id: 'live.health',
  title: '/web/health says pass',
  severity: 'high',
  needs: ['rpc'],
  run: async (context) => {
    if (context.session.version < 15) return notApplicable('Odoo has /web/health from 15 on');
    const page = await fetchPage(context, '/web/health');
    const location = '/web/health';
    if ('problem' in page) return failedUnlessEmpty([{ message: page.problem, location }], 1);
    if (page.status !== 200) return failedUnlessEmpty([{ message: `answers ${page.status}`, location }], 1);
    return failedUnlessEmpty(passes(page.body) ? [] : [{ message: 'does not say pass', location }], 1);
  },
};

function passes(body: string): boolean {
  try {
    return PASS.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}
