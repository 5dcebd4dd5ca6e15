import type { PersonalArea } from '../area.ts';

/** Odoo hr_recruitment: people have a table of their own in 18. */
export const recruitment: PersonalArea = {
  check: 'sanitize.applicants',
  personal: {
    hr_applicant: {
      partner_name: 'name',
      name: { is: 'title', until: 17 },
      email_from: 'email',
      email_normalized: 'email',
      partner_phone: 'phone',
      partner_mobile: { is: 'phone', until: 17 },
      partner_phone_sanitized: { is: 'phone', since: 17 },
      partner_mobile_sanitized: { is: 'phone', since: 17, until: 17 },
      email_cc: 'blank',
      linkedin_profile: 'blank',
      applicant_notes: { is: 'blank', since: 18 },
      description: { is: 'blank', until: 17 },
      applicant_properties: { is: 'blank', since: 17, type: 'jsonb' },
      salary_expected_extra: 'blank',
      salary_proposed_extra: 'blank',
    },
    hr_candidate: {
      partner_name: { is: 'name', since: 18, until: 18 },
      email_from: { is: 'email', since: 18, until: 18 },
      email_normalized: { is: 'email', since: 18, until: 18 },
      partner_phone: { is: 'phone', since: 18, until: 18 },
      partner_phone_sanitized: { is: 'phone', since: 18, until: 18 },
      email_cc: 'blank',
      linkedin_profile: { is: 'blank', since: 18, until: 18 },
      candidate_properties: { is: 'blank', since: 18, until: 18, type: 'jsonb' },
    },
  },
  impersonal: {
    hr_applicant: {
      date: 'availability',
    },
    hr_candidate: {
      date: 'availability',
    },
  },
};
