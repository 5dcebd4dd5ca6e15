import type { Rule, RuleSet } from '../rule.ts';
import { gone, only } from '../rule-kinds.ts';

const TOKENS = "users' tokens for their calendars";

const stopped = (table: string, column: string): Rule =>
  only(table, column, ['true'], 'calendars are kept in step with those of real people');

export const calendars: RuleSet = {
  id: 'sanitize.calendars',
  title: "No real person's calendar is written to",
  why: 'A copy that keeps calendars in step writes into those of real people, and reads them.',
  source: 'Odoo google_calendar and microsoft_calendar, data/neutralize.sql; their tables differ in 16, 17 and 18',
  severity: 'high',
  modules: {
    google_calendar: ['google_calendar_credentials', 'res_users_settings', 'res_users'],
    microsoft_calendar: ['microsoft_calendar_credentials', 'res_users_settings', 'res_users'],
  },
  rules: () => [
    ...gone('res_users', ['microsoft_calendar_token', 'microsoft_calendar_rtoken'], TOKENS),
    ...gone('res_users', ['microsoft_calendar_sync_token'], TOKENS),
    // Odoo 14: on the user.
    ...gone('res_users', ['google_calendar_token', 'google_calendar_rtoken', 'google_calendar_sync_token'], TOKENS),
    stopped('res_users', 'microsoft_synchronization_stopped'),
    ...gone(
      'res_users_settings',
      [
        'google_calendar_token',
        'google_calendar_rtoken',
        'google_calendar_sync_token',
        'microsoft_calendar_sync_token',
      ],
      TOKENS,
    ),
    ...gone('res_users_settings', ['microsoft_last_sync_date'], 'times of the last exchange'),
    stopped('res_users_settings', 'google_synchronization_stopped'),
    stopped('res_users_settings', 'microsoft_synchronization_stopped'),
    ...['google_calendar_credentials', 'microsoft_calendar_credentials'].flatMap((table) => [
      ...gone(table, ['calendar_token', 'calendar_rtoken', 'calendar_sync_token'], TOKENS),
      stopped(table, 'synchronization_stopped'),
    ]),
  ],
};
