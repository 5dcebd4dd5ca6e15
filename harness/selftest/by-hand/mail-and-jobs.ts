import { byHand, type Mutation } from '../mutation.ts';
import type { Plant } from '../planting.ts';

const SOME_JOB = `(SELECT max(id) FROM ir_cron WHERE id NOT IN (SELECT res_id FROM ir_model_data
  WHERE model = 'ir.cron' AND module = 'base' AND name = 'autovacuum_job'))`;

export const mailAndJobs: readonly Mutation[] = [
  ...[
    "UPDATE ir_mail_server SET smtp_host = 'invalid.nordwind-handel.de'",
    `ALTER TABLE ir_mail_server ALTER COLUMN smtp_host DROP NOT NULL;
     UPDATE ir_mail_server SET smtp_host = NULL WHERE active`,
    // Without any active server Odoo sends through odoo.conf.
    'UPDATE ir_mail_server SET active = false',
    'DELETE FROM ir_mail_server',
  ].map((sql) => byHand('sanitize.mail-servers', 'ir_mail_server.active', sql)),
  byHand('sanitize.crons', 'ir_cron.active', `UPDATE ir_cron SET active = true WHERE id = ${SOME_JOB}`),
];

export const mailAndJobsPlants: readonly Plant[] = [
  {
    check: 'sanitize.crons',
    table: 'ir_cron_trigger',
    column: 'cron_id',
    type: 'integer',
    location: 'ir_cron_trigger',
    armed: 'secret',
  },
  {
    check: 'sanitize.mail-servers',
    table: 'ir_mail_server',
    column: 'active',
    armed: { oneOf: ['true'] },
    beside: { smtp_host: ['varchar', "'smtp.nordwind-handel.de'"] },
  },
  {
    check: 'sanitize.mail-servers',
    table: 'ir_mail_server',
    column: 'owner_user_id',
    armed: 'secret',
    beside: { active: ['boolean', 'true'], smtp_host: ['varchar', "'invalid'"] },
  },
  {
    check: 'sanitize.webhooks',
    table: 'ir_act_server',
    column: 'webhook_url',
    armed: 'secret',
    beside: { state: ['varchar', "'webhook'"] },
  },
];
