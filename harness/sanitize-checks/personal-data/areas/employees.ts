import { PERSON, type PersonalArea } from '../area.ts';

/** Odoo hr, hr_contract, hr_attendance, hr_holidays, hr_expense, hr_skills, gamification, resource. */
export const employees: PersonalArea = {
  check: 'sanitize.employees',
  personal: {
    hr_employee: {
      name: 'name',
      legal_name: { is: 'name', since: 18 },
      emergency_contact: 'name',
      spouse_complete_name: { is: 'name', until: 18 },
      work_email: 'email',
      private_email: 'email',
      work_phone: 'phone',
      mobile_phone: 'phone',
      private_phone: 'phone',
      emergency_phone: 'phone',
      private_street: { is: 'street', since: 17, until: 18 },
      private_city: { is: 'city', since: 17, until: 18 },
      private_zip: { is: 'zip', since: 17, until: 18 },
      private_street2: { is: 'blank', since: 17, until: 18 },
      job_title: 'blank',
      barcode: 'blank',
      pin: 'blank',
      identification_id: { is: 'blank', until: 18 },
      passport_id: { is: 'blank', until: 18 },
      permit_no: 'blank',
      visa_no: 'blank',
      ssnid: { is: 'blank', until: 18 },
      sinid: { is: 'blank', until: 18 },
      place_of_birth: 'blank',
      private_car_plate: { is: 'blank', since: 17 },
      vehicle: { is: 'blank', until: 18 },
      mobility_card: 'blank',
      study_field: 'blank',
      study_school: 'blank',
      notes: { is: 'blank', until: 18 },
      additional_note: { is: 'blank', until: 18 },
      departure_description: { is: 'blank', until: 18 },
      employee_properties: { is: 'blank', since: 17, type: 'jsonb' },
      salary_distribution: { is: 'blank', since: 19, type: 'jsonb' },
      birthday: { is: 'blank', type: 'date' },
      spouse_birthdate: { is: 'blank', until: 18, type: 'date' },
    },
    hr_version: {
      spouse_complete_name: { is: 'name', since: 19 },
      private_street: { is: 'street', since: 19 },
      private_city: { is: 'city', since: 19 },
      private_zip: { is: 'zip', since: 19 },
      private_street2: { is: 'blank', since: 19 },
      identification_id: { is: 'blank', since: 19 },
      passport_id: { is: 'blank', since: 19 },
      ssnid: { is: 'blank', since: 19 },
      job_title: { is: 'blank', since: 19 },
      additional_note: { is: 'blank', since: 19 },
      departure_description: { is: 'blank', since: 19 },
      spouse_birthdate: { is: 'blank', since: 19, type: 'date' },
      name: { is: 'title', since: 19 },
    },
    hr_contract: {
      name: { is: 'title', until: 18 },
      notes: { is: 'blank', until: 18 },
    },
    hr_attendance: {
      in_ip_address: { is: 'blank', since: 17 },
      in_location: { is: 'blank', since: 19 },
      in_city: { is: 'blank', since: 17, until: 18 },
      in_country_name: { is: 'blank', since: 17, until: 18 },
      in_browser: { is: 'blank', since: 17 },
      out_ip_address: { is: 'blank', since: 17 },
      out_location: { is: 'blank', since: 19 },
      out_city: { is: 'blank', since: 17, until: 18 },
      out_country_name: { is: 'blank', since: 17, until: 18 },
      out_browser: { is: 'blank', since: 17 },
      in_latitude: { is: 'zero', type: 'numeric' },
      in_longitude: { is: 'zero', type: 'numeric' },
      out_latitude: { is: 'zero', type: 'numeric' },
      out_longitude: { is: 'zero', type: 'numeric' },
    },
    hr_leave: {
      private_name: 'blank',
      notes: 'blank',
      report_note: { is: 'blank', until: 17 },
    },
    hr_expense: {
      name: 'title',
      description: 'blank',
      reference: { is: 'blank', until: 16 },
    },
    hr_resume_line: {
      name: 'title',
      description: 'blank',
      external_url: { is: 'blank', since: 19 },
      certificate_filename: { is: 'blank', since: 19 },
      resume_line_properties: { is: 'blank', since: 19, type: 'jsonb' },
    },
    resource_resource: {
      name: { is: 'name', only: PERSON },
    },
    gamification_badge_user: {
      comment: 'blank',
    },
    lunch_order: {
      note: 'blank',
    },
  },
  files: {
    hr_employee: ['driving_license', 'has_work_permit', 'id_card'],
    hr_resume_line: ['certificate_file'],
  },
  impersonal: {
    hr_employee: {
      date: 'departure_date first_contract_date visa_expire work_permit_expiration_date activity_date_deadline my_activity_date_deadline',
      computed: 'activity_exception_icon activity_summary activity_type_icon today_location_name',
    },
    hr_employee_public: {
      computed:
        'avatar_1024 avatar_128 avatar_1920 avatar_256 avatar_512 first_contract_date image_1024 image_128 image_1920 image_256 image_512 job_title mobile_phone mobility_card name today_location_name work_email work_phone',
    },
    hr_version: {
      date: 'contract_date_end contract_date_start date_version departure_date last_generation_date passport_expiration_date trial_date_end',
    },
    hr_contract: {
      date: 'date_end date_start last_generation_date trial_date_end',
    },
    hr_attendance: {
      date: 'date',
    },
    hr_leave: {
      computed: 'duration_display',
      date: 'request_date_from request_date_to',
    },
    hr_expense: {
      date: 'accounting_date date',
    },
    hr_resume_line: {
      computed: 'avatar_128',
      date: 'date_end date_start',
    },
    resource_resource: {
      computed: 'avatar_128',
    },
    lunch_order: {
      published: 'display_toppings image_128 image_1920 name',
      date: 'date',
    },
  },
};
