import type { PersonalArea } from '../area.ts';

/** Odoo event, event_crm, website_event_track, survey. */
export const events: PersonalArea = {
  check: 'sanitize.events',
  personal: {
    event_registration: {
      name: 'name',
      company_name: { is: 'name', since: 17 },
      email: 'email',
      phone: 'phone',
      mobile: { is: 'phone', until: 16 },
      registration_properties: { is: 'blank', since: 17, type: 'jsonb' },
    },
    event_registration_answer: {
      value_text_box: 'blank',
    },
    event_track: {
      partner_name: 'name',
      partner_company_name: 'name',
      partner_email: 'email',
      contact_email: 'email',
      partner_phone: 'phone',
      contact_phone: 'phone',
      partner_function: 'blank',
      partner_biography: 'blank',
    },
    event_event: {
      note: 'blank',
    },
    event_sponsor: { name: 'name', email: 'email', phone: 'phone', mobile: 'phone', url: 'blank' },
    appointment_answer_input: { value_text_box: 'blank' },
    survey_user_input: {
      email: 'email',
      nickname: 'name',
    },
    survey_user_input_line: {
      value_char_box: 'blank',
      value_text_box: 'blank',
      value_date: { is: 'blank', type: 'date' },
    },
  },
  files: {
    event_track: ['image'],
  },
  impersonal: {
    event_registration: {
      number: 'barcode',
    },
    event_track: {
      published: 'description name website_cta_title website_cta_url website_image youtube_video_url',
      computed: 'kanban_state_label',
    },
    event_event: {
      published: 'badge_image description event_url exhibition_map image_1024 name subtitle ticket_instructions',
      computed: 'kanban_state_label',
    },
    event_lead_rule: {
      setting: 'event_registration_filter name',
    },
    survey_user_input: {
      elsewhere: 'access_token invite_token',
    },
  },
};
