import { type CheckOutcome, type Finding, failedUnlessEmpty, inconclusive } from '../check.ts';
import type { ReadOnlySession } from '../database/read-only.ts';
import { whyUnreadable } from '../sanitize-checks/unreadable.ts';
import { type Moment, SINCE } from './moment.ts';

/** Odoo is started without cron threads; another one may have found the copy. */
export const cronsRanCheck = {
  id: 'sanitize.crons-ran',
  title: 'No scheduled job ran on the copy',
  severity: 'high',
} as const;

/** When each scheduled job was last called, at one moment; a text where that can't be told. */
export type CronCalls = { calls: ReadonlyMap<number, string | null>; progress: number } | { unclear: string };

export interface SeenCalls {
  moment: Moment;
  calls: CronCalls;
}

/**
 * Odoo base/models/ir_cron.py: whoever runs a job writes `lastcall` (since 13), and from 18 a row of ir_cron_progress before
 * it begins. `nextcall` proves nothing: an update reschedules jobs that never ran.
 */
export async function readCronCalls({ schema, query }: ReadOnlySession): Promise<CronCalls> {
  if (!schema.has('ir_cron', 'lastcall')) return { unclear: 'ir_cron.lastcall is missing' };
  try {
    const crons = await query<{ id: number; lastcall: string | null }>('SELECT id, lastcall::text FROM ir_cron');
    const [begun] = schema.has('ir_cron_progress')
      ? await query<{ last: number }>('SELECT coalesce(max(id), 0)::int AS last FROM ir_cron_progress')
      : [];
    return { calls: new Map(crons.map(({ id, lastcall }) => [id, lastcall])), progress: begun?.last ?? 0 };
  } catch (error) {
    return { unclear: whyUnreadable('ir_cron', error) };
  }
}

/** A job that ran on the copy, whatever kept it from running, has worked on production's data as production. */
export function compareCronCalls(before: CronCalls, later: readonly SeenCalls[]): CheckOutcome {
  const findings: Finding[] = [];
  const unclear: string[] = later.length === 0 ? ['nobody looked again'] : [];
  let assertions = 0;
  let known = before;
  for (const { moment, calls: now } of later) {
    if ('unclear' in known || 'unclear' in now) {
      unclear.push('unclear' in now ? now.unclear : 'unclear' in known ? known.unclear : '');
    } else {
      const { calls, progress } = known;
      const ran = [...now.calls].filter(([id, lastcall]) => lastcall !== (calls.get(id) ?? null)).length;
      const begun = now.progress - progress;
      assertions += now.calls.size + 1;
      if (ran > 0 || begun > 0) {
        findings.push({
          message: `scheduled jobs ran (${SINCE[moment]})`,
          location: ran > 0 ? 'ir_cron.lastcall' : 'ir_cron_progress',
          count: Math.max(ran, begun),
          fix: 'Find out what ran them: odoo-gate starts Odoo without cron threads. Then restore and sanitize again.',
        });
      }
    }
    known = now;
  }
  if (findings.length === 0 && unclear.length > 0) return inconclusive([...new Set(unclear)].join('; '));
  return failedUnlessEmpty(findings, assertions);
}
