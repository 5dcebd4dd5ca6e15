import { z } from 'zod';
import { type Check, type Finding, failedUnlessEmpty, notApplicable } from '../../check.ts';
import type { LiveContext } from './context.ts';

const CRON = z.object({ name: z.string(), nextcall: z.string() });
/** Longer than a job waits for its turn, in ms. */
const LATE_MS = 60 * 60_000;

/** On a sanitized copy none is active; where some are, they have to run. */
export const scheduledActionsCheck: Check<LiveContext> = {
  id: 'live.scheduled-actions',
  title: 'Active scheduled actions run when they are due',
  severity: 'medium',
  needs: ['rpc'],
  run: async ({ odoo }) => {
    const crons = await odoo.searchRead('ir.cron', [['active', '=', true]], CRON);
    if (crons.length === 0) return notApplicable('no scheduled action is active');
    const now = Date.now();
    const findings = crons.flatMap(({ name, nextcall }): Finding[] => {
      // Odoo's times are UTC, and do not say so.
      const late = now - Date.parse(`${nextcall.replace(' ', 'T')}Z`);
      if (late < LATE_MS) return [];
      const hours = Math.floor(late / 3_600_000);
      return [{ message: `"${name}" has been due for ${hours} h`, location: 'ir_cron.nextcall', fix: FIX }];
    });
    return failedUnlessEmpty(findings, crons.length);
  },
};

const FIX = 'Look whether Odoo runs with max_cron_threads above 0, and for the job in its log.';
