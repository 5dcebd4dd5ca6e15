import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

export const messages: RuleSet = {
  id: 'sanitize.messages',
  title: 'Messages, tracked changes and notes are blank',
  why: 'People write names, addresses and more into free text, and Odoo writes down every change.',
  source: 'Odoo mail, sms, snailmail, rating, base: stored texts',
  severity: 'high',
  modules: { mail: ['mail_message'] },
  rules: (context) => personalRules('sanitize.messages', context),
};
