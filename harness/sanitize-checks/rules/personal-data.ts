import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

export const events: RuleSet = {
  id: 'sanitize.events',
  title: 'Nobody who registered, spoke or answered is a real person',
  why: 'Who came and what they answered is personal data.',
  source: 'Odoo event, website_event_track, survey: stored fields',
  severity: 'critical',
  modules: { event: ['event_registration'], survey: ['survey_user_input'] },
  rules: (context) => personalRules('sanitize.events', context),
};

export const personalData: RuleSet = {
  id: 'sanitize.personal-data',
  title: 'No data of a real person is kept by the other modules that are known',
  why: 'Personal data lies in many small tables, which sanitizing by hand forgets.',
  source: 'Odoo point_of_sale, mass_mailing, project, fleet, website, base (logs): stored fields',
  severity: 'high',
  modules: {
    point_of_sale: ['pos_order'],
    mass_mailing: ['mailing_contact'],
    project: ['project_task'],
    fleet: ['fleet_vehicle'],
  },
  rules: (context) => personalRules('sanitize.personal-data', context),
};
