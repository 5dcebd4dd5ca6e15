import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

/** Odoo hr and what builds on it. */
export const employees: RuleSet = {
  id: 'sanitize.employees',
  title: 'No employee is a real person',
  severity: 'critical',
  modules: { hr: ['hr_employee'] },
  rules: (context) => personalRules('sanitize.employees', context),
};

/** Odoo hr_recruitment. */
export const applicants: RuleSet = {
  id: 'sanitize.applicants',
  title: 'No applicant is a real person',
  severity: 'critical',
  modules: { hr_recruitment: ['hr_applicant'] },
  rules: (context) => personalRules('sanitize.applicants', context),
};
