import pg from 'pg';
import { isBlank, text } from '../anonymized-shape.ts';
import type { Rule, RuleSet } from '../rule.ts';

const TOKENS = [
  'google_gmail_access_token',
  'google_gmail_refresh_token',
  'google_gmail_authorization_code',
  'microsoft_outlook_access_token',
  'microsoft_outlook_refresh_token',
];

function storedCredentials(table: string, columns: readonly string[]): Rule[] {
  return columns.map((column) => ({
    table,
    columns: [column],
    none: `NOT ${isBlank(column)}`,
    says: 'rows still hold credentials of a real mail server',
    fix: `Set ${table}.${column} to NULL.`,
    armed: 'secret',
  }));
}

/** RFC 6761: names that never resolve; `mailSinks` are the user's own. */
export function isSinkHost(sinks: readonly string[]): string {
  const named = sinks.map((host) => pg.escapeLiteral(host.toLowerCase())).join(', ');
  const reserved = `lower(${text('smtp_host')}) ~ '^([a-z0-9-]+[.])*(invalid|test|example)$'`;
  return named === '' ? `(${reserved})` : `(${reserved} OR lower(${text('smtp_host')}) IN (${named}))`;
}

export const mailServers: RuleSet = {
  id: 'sanitize.mail-servers',
  title: 'No mail can leave: only sinks are active',
  why: "A copy that can send reaches production's customers; with no active server at all Odoo sends through smtp_server of its configuration file.",
  source:
    'Odoo base/data/neutralize.sql; base/models/ir_mail_server.py for the fall-back; google_gmail and microsoft_outlook for the tokens, which neutralization leaves',
  severity: 'critical',
  rules: ({ mailSinks }) => [
    {
      table: 'ir_mail_server',
      columns: ['active', 'smtp_host'],
      none: `t.active IS TRUE AND NOT coalesce(${isSinkHost(mailSinks)}, false)`,
      says: 'active outgoing mail servers that are not sinks',
      fix: 'Deactivate them, or run odoo-gate sanitize.',
      essential: true,
    },
    {
      table: 'ir_mail_server',
      columns: ['active', 'smtp_host'],
      some: `t.active AND ${isSinkHost(mailSinks)}`,
      says: 'no active sink server: without any active server Odoo sends through smtp_server of odoo.conf',
      why: "With no active server Odoo sends through smtp_server of its configuration file, production's perhaps.",
      source: 'Odoo base/models/ir_mail_server.py; base/data/neutralize.sql adds such a sink',
      fix: "Add an active server with the host 'invalid', as odoo neutralize does.",
      essential: true,
    },
    ...storedCredentials('ir_mail_server', ['smtp_user', 'smtp_pass', 'smtp_ssl_private_key', ...TOKENS]),
    {
      table: 'ir_mail_server',
      columns: ['owner_user_id', 'active'],
      none: 't.owner_user_id IS NOT NULL AND t.active IS TRUE',
      says: 'active personal mail servers of users',
      odoo: [19, 19],
      source: 'Odoo mail/models/ir_mail_server.py: a server of its own for each user',
      fix: 'Deactivate them.',
    },
    {
      table: 'mail_template',
      columns: ['mail_server_id'],
      none: 't.mail_server_id IS NOT NULL',
      says: 'mail templates bound to a mail server of production',
      fix: 'Set mail_template.mail_server_id to NULL.',
      armed: 'secret',
    },
  ],
};

export const incomingMail: RuleSet = {
  id: 'sanitize.incoming-mail',
  title: 'No mailbox of production is fetched',
  why: 'A fetch takes mails out of the mailbox that production is waiting for.',
  source: 'Odoo mail/data/neutralize.sql (fetchmail before 17); passwords and tokens are left by it',
  severity: 'critical',
  modules: { fetchmail: ['fetchmail_server'] },
  rules: () => [
    {
      table: 'fetchmail_server',
      columns: ['active'],
      none: 't.active IS TRUE',
      says: 'active incoming mail servers: a fetch deletes mails that production is waiting for',
      fix: 'Deactivate them.',
      armed: { oneOf: ['true'] },
    },
    ...storedCredentials('fetchmail_server', ['password', 'user', ...TOKENS]),
  ],
};

function waiting(table: string, states: readonly string[]): Rule {
  return {
    table,
    columns: ['state'],
    none: `coalesce(t.state, '') IN (${states.map((state) => `'${state}'`).join(', ')})`,
    says: `rows wait to be sent (${states.join(', ')})`,
    fix: 'Cancel them: whatever sends next would reach real people.',
    armed: { oneOf: states },
  };
}

function scheduled(table: string): Rule {
  return {
    table,
    columns: ['id'],
    none: 'true',
    says: 'messages are scheduled',
    fix: `Delete the rows of ${table}.`,
    location: table,
    armed: 'row',
  };
}

export const waitingMail: RuleSet = {
  id: 'sanitize.waiting-mail',
  title: 'No mail, SMS or letter waits to be sent',
  why: 'What waits is sent by the next job, or a click, to the real person it was written to.',
  source: 'Odoo mail, sms, snailmail, mass_mailing: states that their queues send; neutralization leaves them',
  severity: 'critical',
  modules: {
    mail: ['mail_mail'],
    sms: ['sms_sms'],
    snailmail: ['snailmail_letter'],
    mass_mailing: ['mailing_mailing'],
  },
  rules: () => [
    waiting('mail_mail', ['outgoing', 'exception']),
    waiting('sms_sms', ['outgoing', 'error']),
    waiting('snailmail_letter', ['pending', 'error']),
    waiting('mailing_mailing', ['in_queue', 'sending']),
    scheduled('mail_message_schedule'),
    scheduled('mail_scheduled_message'),
    scheduled('mail_push'),
    scheduled('mail_push_device'),
    scheduled('mail_notification_web_push'),
    scheduled('mail_partner_device'),
  ],
};
