import type { PersonalArea } from '../area.ts';

/** Odoo privacy_lookup, mail, base_import, sign (Enterprise); OCA auditlog, queue_job: what was written down along the way. */
export const technical: PersonalArea = {
  check: 'sanitize.personal-data',
  personal: {
    privacy_log: {
      anonymized_email: 'blank',
      anonymized_name: 'blank',
      additional_note: 'blank',
      execution_details: 'blank',
      records_description: 'blank',
    },
    sign_request_item: { signer_email: 'email', sms_number: 'phone' },
    sign_request_item_value: { value: 'blank' },
    sign_log: { ip: 'blank' },
    mail_compose_message: {
      subject: 'blank',
      body: 'blank',
      email_from: 'email',
      reply_to: 'email',
    },
    base_import_import: {
      file: { is: 'blank', type: 'bytea' },
      file_name: 'blank',
    },
    auditlog_log: {
      name: 'blank',
    },
    auditlog_log_line: {
      old_value: 'blank',
      new_value: 'blank',
      old_value_text: 'blank',
      new_value_text: 'blank',
    },
    queue_job: {
      name: 'blank',
      args: 'blank',
      kwargs: 'blank',
      result: 'blank',
      exc_info: 'blank',
    },
  },
  impersonal: {
    base_automation: {
      setting: 'description filter_domain filter_pre_domain name record_getter',
      elsewhere: 'webhook_uuid',
    },
    iap_account: {
      elsewhere: 'account_token',
      setting: 'balance name sender_name service_name',
    },
  },
};
