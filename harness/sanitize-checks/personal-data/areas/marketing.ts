import type { PersonalArea } from '../area.ts';

/** Odoo mass_mailing, mass_mailing_sms, link_tracker. */
export const marketing: PersonalArea = {
  check: 'sanitize.personal-data',
  personal: {
    mailing_contact: {
      name: 'name',
      first_name: { is: 'name', since: 18 },
      last_name: { is: 'name', since: 18 },
      company_name: 'name',
      email: 'email',
      email_normalized: 'email',
      mobile: 'phone',
      phone_sanitized: 'phone',
    },
    mailing_trace: {
      email: 'email',
      sms_number: 'phone',
      failure_reason: { is: 'blank', since: 17 },
    },
    mailing_mailing: {
      email_from: 'email',
      reply_to: 'email',
    },
    link_tracker_click: {
      ip: 'blank',
    },
  },
  impersonal: {
    mailing_trace: {
      number: 'message_id sms_code',
      technical: 'model',
    },
    mailing_mailing: {
      published: 'body_arch body_html body_plaintext preview subject',
      setting: 'mailing_domain',
    },
  },
};
