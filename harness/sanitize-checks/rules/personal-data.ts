import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

/** Odoo event, website_event_track, survey. */
export const events: RuleSet = {
  id: 'sanitize.events',
  title: 'Nobody who registered, spoke or answered is a real person',
  severity: 'critical',
  modules: { event: ['event_registration'], survey: ['survey_user_input'] },
  rules: (context) => personalRules('sanitize.events', context),
};

/** What is left of the inventory: point of sale, mailing lists, projects, fleet, website, what was logged. */
export const personalData: RuleSet = {
  id: 'sanitize.personal-data',
  title: 'No data of a real person is kept by the other modules that are known',
  severity: 'high',
  modules: {
    point_of_sale: ['pos_order'],
    mass_mailing: ['mailing_contact'],
    project: ['project_task'],
    fleet: ['fleet_vehicle'],
  },
  rules: (context) => personalRules('sanitize.personal-data', context),
};
