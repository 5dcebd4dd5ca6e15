import type { RuleSet } from '../rule.ts';

const NOT_AUTOVACUUM = (column: string) => `NOT EXISTS (SELECT FROM ir_model_data d
  WHERE d.model = 'ir.cron' AND d.module = 'base' AND d.name = 'autovacuum_job' AND d.res_id = t."${column}")`;

export const crons: RuleSet = {
  id: 'sanitize.crons',
  title: 'No scheduled job runs but the clean-up',
  why: 'A scheduled job works on the copy as it would on production: it sends, fetches, charges and orders.',
  source: 'Odoo base/data/neutralize.sql; an update (-u) switches jobs on again; OCA queue_job',
  severity: 'critical',
  filled: ['ir_cron', 'ir_model_data'],
  modules: { queue_job: ['queue_job'] },
  rules: () => [
    {
      table: 'ir_cron',
      columns: ['active', 'id'],
      none: `t.active IS TRUE AND ${NOT_AUTOVACUUM('id')}`,
      says: 'scheduled jobs are active',
      fix: 'Deactivate all but base.autovacuum_job; an update (-u) switches them on again.',
      essential: true,
    },
    {
      table: 'ir_cron_trigger',
      columns: ['cron_id'],
      none: NOT_AUTOVACUUM('cron_id'),
      says: 'jobs are triggered to run once more',
      fix: 'Delete the rows of ir_cron_trigger.',
      location: 'ir_cron_trigger',
    },
    {
      table: 'queue_job',
      columns: ['state'],
      none: "t.state IS NULL OR t.state NOT IN ('done', 'cancelled', 'failed')",
      says: 'queued jobs are waiting',
      source: 'OCA queue_job: states of its runner',
      fix: 'Cancel them.',
      armed: { otherThan: ['done', 'cancelled', 'failed'] },
    },
  ],
};

const DISABLED = 'neutralization - disable webhook';

export const webhooks: RuleSet = {
  id: 'sanitize.webhooks',
  title: 'No automation calls a webhook',
  why: 'Every matching change calls out to a partner of production.',
  source: 'Odoo base/data/neutralize.sql',
  odoo: [17, 19],
  severity: 'critical',
  rules: () => [
    {
      table: 'ir_act_server',
      columns: ['webhook_url', 'state'],
      none: `coalesce(t.state, '') = 'webhook' AND coalesce(t.webhook_url, '') NOT IN ('', '${DISABLED}')`,
      says: 'server actions call a webhook',
      fix: `Set ir_act_server.webhook_url to '${DISABLED}'.`,
    },
  ],
};
