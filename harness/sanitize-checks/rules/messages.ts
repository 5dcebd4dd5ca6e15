import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

/** What people wrote, and what Odoo wrote down about them. Odoo mail, sms, snailmail, rating, base. */
export const messages: RuleSet = {
  id: 'sanitize.messages',
  title: 'Messages, tracked changes and notes are blank',
  severity: 'high',
  modules: { mail: ['mail_message'] },
  rules: (context) => personalRules('sanitize.messages', context),
};
