import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

export const employees: RuleSet = {
  id: 'sanitize.employees',
  title: 'No employee is a real person',
  why: "An employee's private address, documents and family are nobody's business on a copy.",
  source: 'Odoo hr and what builds on it: stored fields; hr_version from 19, private_* from 17',
  severity: 'critical',
  modules: { hr: ['hr_employee'] },
  rules: (context) => personalRules('sanitize.employees', context),
};

export const applicants: RuleSet = {
  id: 'sanitize.applicants',
  title: 'No applicant is a real person',
  why: 'Whoever applied did not agree to be test data.',
  source: 'Odoo hr_recruitment: stored fields; hr_candidate in 18',
  severity: 'critical',
  modules: { hr_recruitment: ['hr_applicant'] },
  rules: (context) => personalRules('sanitize.applicants', context),
};
