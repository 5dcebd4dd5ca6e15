import type { PersonalArea } from '../area.ts';

/** Odoo project, note, maintenance, repair, helpdesk (Enterprise). */
export const projects: PersonalArea = {
  check: 'sanitize.personal-data',
  personal: {
    project_task: {
      name: 'title',
      display_name: { is: 'title', since: 17 },
      partner_name: { is: 'name', since: 18 },
      partner_company_name: { is: 'name', since: 18 },
      email_from: 'email',
      partner_email: { is: 'email', until: 16 },
      partner_phone: 'phone',
      email_cc: 'blank',
      description: 'blank',
      task_properties: { is: 'blank', type: 'jsonb' },
    },
    project_project: {
      name: 'title',
      partner_email: { is: 'email', until: 16 },
      partner_phone: { is: 'phone', until: 16 },
      description: 'blank',
    },
    project_update: { name: 'title', description: 'blank' },
    note_note: {
      name: { is: 'title', until: 16 },
      memo: { is: 'blank', until: 16 },
    },
    maintenance_request: {
      name: 'title',
      description: 'blank',
    },
    repair_order: {
      description: { is: 'blank', until: 16 },
      internal_notes: 'blank',
      quotation_notes: { is: 'blank', until: 16 },
      repair_properties: { is: 'blank', since: 18, type: 'jsonb' },
    },
    helpdesk_ticket: {
      name: 'title',
      partner_name: 'name',
      partner_email: 'email',
      partner_phone: 'phone',
      email_cc: 'blank',
      description: 'blank',
      properties: 'blank',
    },
  },
  impersonal: {
    project_task: {
      date: 'date_deadline',
    },
    project_project: {
      setting: 'label_tasks',
      date: 'date date_start',
      technical: 'duration_tracking',
    },
    note_note: {
      date: 'date_done',
    },
    maintenance_request: {
      published: 'instruction_google_slide instruction_pdf instruction_text',
      date: 'close_date repeat_until request_date',
    },
    repair_order: {
      number: 'name',
      date: 'guarantee_limit schedule_date',
    },
  },
};
