import { text } from '../anonymized-shape.ts';
import type { Rule, RuleSet } from '../rule.ts';
import { goneByName } from '../rule-kinds.ts';

const KEYS = /token|secret|key|passw|credential/;

function notIn(table: string, states: readonly string[], says: string): Rule {
  return {
    table,
    columns: ['state'],
    none: `coalesce(${text('state')}, '') IN (${states.map((state) => `'${state}'`).join(', ')})`,
    says,
    fix: 'Stop or cancel them.',
    armed: { oneOf: states },
  };
}

export const marketing: RuleSet = {
  id: 'sanitize.marketing',
  title: 'No campaign runs, nothing waits to be posted',
  why: 'What the next job, or a click, would send or post goes to the whole audience.',
  source: 'Odoo mass_mailing, marketing_automation, social_*, whatsapp: states and tokens',
  beside: ['social_account, social_media, whatsapp_account: every text column named like a key'],
  severity: 'critical',
  modules: {
    mass_mailing: ['mailing_mailing'],
    marketing_automation: ['marketing_campaign'],
    social: ['social_account'],
    whatsapp: ['whatsapp_account'],
  },
  rules: ({ session: { schema } }) => [
    {
      table: 'mailing_mailing',
      columns: ['mail_server_id'],
      none: 't.mail_server_id IS NOT NULL',
      says: 'mailings bound to a mail server of production',
      fix: 'Set mailing_mailing.mail_server_id to NULL.',
      armed: 'secret',
    },
    notIn('marketing_campaign', ['running'], 'campaigns are running'),
    notIn('marketing_trace', ['scheduled'], 'steps of campaigns are scheduled'),
    notIn('social_post', ['scheduled', 'posting'], 'posts are scheduled'),
    notIn('whatsapp_message', ['outgoing'], 'messages wait to be sent'),
    ...['social_account', 'social_media', 'whatsapp_account'].flatMap((table) =>
      goneByName(table, schema.columns(table), KEYS, "accounts at the company's social networks"),
    ),
  ],
};
