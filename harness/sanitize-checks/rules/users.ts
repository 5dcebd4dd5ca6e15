import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

/** Name, email and phone of a user are its partner's. */
export const users: RuleSet = {
  id: 'sanitize.users',
  title: "No login or signature is a real person's",
  severity: 'critical',
  filled: ['res_users', 'ir_model_data'],
  rules: (context) => personalRules('sanitize.users', context),
};
