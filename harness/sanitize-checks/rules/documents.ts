import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

/** Copies of partners that documents keep of their own. Odoo crm, account, payment, sale, purchase, stock, calendar. */
export const documents: RuleSet = {
  id: 'sanitize.documents',
  title: "Documents keep no copy of a real person's data",
  severity: 'critical',
  filled: ['res_company'],
  rules: (context) => personalRules('sanitize.documents', context),
};
