import type { PersonalTable } from '../personal-table.ts';

const PRIVATE = {
  street: ['private_street'],
  city: ['private_city'],
  zip: ['private_zip'],
  blank: [
    ...['private_street2', 'identification_id', 'passport_id', 'passport_expiration_date', 'ssnid', 'sinid'],
    ...['spouse_complete_name', 'spouse_birthdate', 'additional_note', 'notes', 'departure_description'],
  ],
} as const;

/** Odoo hr and what stands on it, up to 19, where much moved from the employee to its versions. */
export const EMPLOYEES: readonly PersonalTable[] = [
  {
    table: 'hr_employee',
    ...PRIVATE,
    person: ['name', 'legal_name', 'emergency_contact'],
    email: ['work_email', 'private_email'],
    phone: ['work_phone', 'mobile_phone', 'private_phone', 'emergency_phone'],
    blank: [
      ...PRIVATE.blank,
      ...[
        'barcode',
        'birthday',
        'place_of_birth',
        'permit_no',
        'visa_no',
        'visa_expire',
        'work_permit_expiration_date',
      ],
      ...['private_car_plate', 'vehicle', 'mobility_card', 'study_field', 'study_school', 'employee_properties'],
      ...[
        'activity_summary',
        'pin',
        'salary_distribution',
        'today_location_name',
        'google_drive_link',
        'x_birthday',
        'job_title',
      ],
    ],
  },
  { table: 'hr_version', ...PRIVATE, titled: { name: 'Version' }, blank: [...PRIVATE.blank, 'job_title'] },
  { table: 'hr_contract', titled: { name: 'Contract' }, blank: ['notes'] },
  {
    table: 'hr_applicant',
    titled: { name: 'Application' },
    person: ['partner_name'],
    email: ['email_from'],
    phone: ['partner_phone', 'partner_mobile'],
    normalized: { email_normalized: 'email_from' },
    sanitized: { partner_phone_sanitized: ['partner_phone'], partner_mobile_sanitized: ['partner_mobile'] },
    blank: [
      ...['email_cc', 'linkedin_profile', 'description', 'applicant_notes', 'applicant_properties', 'availability'],
      ...['salary_expected_extra', 'salary_proposed_extra'],
    ],
  },
  {
    table: 'hr_candidate',
    person: ['partner_name'],
    email: ['email_from'],
    phone: ['partner_phone'],
    normalized: { email_normalized: 'email_from' },
    sanitized: { partner_phone_sanitized: ['partner_phone'] },
    blank: ['email_cc', 'linkedin_profile', 'candidate_properties', 'availability'],
  },
  {
    table: 'hr_resume_line',
    titled: { name: 'Resume' },
    blank: ['description', 'external_url', 'certificate_filename', 'resume_line_properties'],
  },
  {
    table: 'hr_attendance',
    blank: ['in', 'out'].flatMap((way) =>
      ['ip_address', 'browser', 'city', 'country_name', 'location', 'latitude', 'longitude'].map(
        (what) => `${way}_${what}`,
      ),
    ),
  },
  { table: 'hr_leave', blank: ['private_name', 'notes', 'report_note'] },
  { table: 'hr_leave_allocation', blank: ['private_name', 'notes'] },
  { table: 'hr_expense', titled: { name: 'Expense' }, blank: ['description', 'reference'] },
  { table: 'hr_expense_sheet', titled: { name: 'Expense' } },
  { table: 'hr_payslip', titled: { name: 'Document' }, blank: ['note'] },
  { table: 'lunch_order', blank: ['note'] },
  {
    table: 'fleet_vehicle',
    // "Maker/Model/Plate" (fleet/models/fleet_vehicle.py, _compute_vehicle_name)
    derived: { name: "regexp_replace(t.name, '[^/]*$', 'No Plate')" },
    blank: ['license_plate', 'vin_sn', 'location', 'mobility_card', 'description', 'vehicle_properties'],
  },
  { table: 'fleet_vehicle_log_contract', blank: ['ins_ref', 'notes'] },
  { table: 'fleet_vehicle_log_services', blank: ['inv_ref', 'notes', 'description'] },
  { table: 'gamification_badge_user', blank: ['comment'] },
];
