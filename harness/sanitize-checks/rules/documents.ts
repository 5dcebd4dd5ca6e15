import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

export const documents: RuleSet = {
  id: 'sanitize.documents',
  title: "Documents keep no copy of a real person's data",
  why: "Documents keep copies of a partner's data of their own, which anonymizing partners does not reach.",
  source: 'Odoo crm, account, payment, sale, purchase, stock, calendar: stored fields of their models',
  severity: 'critical',
  filled: ['res_company'],
  rules: (context) => personalRules('sanitize.documents', context),
};
