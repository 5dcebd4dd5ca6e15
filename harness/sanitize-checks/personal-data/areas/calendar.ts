import type { PersonalArea } from '../area.ts';

/** Odoo calendar, google_calendar, microsoft_calendar. */
export const calendar: PersonalArea = {
  check: 'sanitize.documents',
  personal: {
    calendar_event: {
      name: 'title',
      location: 'blank',
      videocall_location: 'blank',
      description: 'blank',
      notes: { is: 'blank', since: 19 },
    },
    calendar_attendee: {
      common_name: 'display-name',
      email: 'email',
    },
  },
  impersonal: {
    calendar_event: {
      date: 'start_date stop_date',
      technical: 'res_model google_id microsoft_id microsoft_recurrence_master_id',
      elsewhere: 'access_token',
    },
    calendar_attendee: {
      elsewhere: 'access_token',
    },
  },
};
