import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

export const users: RuleSet = {
  id: 'sanitize.users',
  title: "No login or signature is a real person's",
  why: "A login is mostly a person's email address; name, email and phone of a user are its partner's.",
  source: 'Odoo base, mail, im_livechat, auth_oauth: stored fields',
  severity: 'critical',
  filled: ['res_users', 'ir_model_data'],
  rules: (context) => personalRules('sanitize.users', context),
};
