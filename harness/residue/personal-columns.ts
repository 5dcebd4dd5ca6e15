import type { Kind } from './fingerprint.ts';

/** Where production keeps personal values: table → column → kind. A column that this Odoo lacks is left out. */
export const PERSONAL_COLUMNS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  // base, phone_validation, account, base_address_extended, l10n_fr, account_peppol, partner_autocomplete
  res_partner: {
    name: 'name',
    company_name: 'name',
    email: 'email',
    phone: 'phone',
    mobile: 'phone',
    phone_sanitized: 'phone',
    street: 'street',
    vat: 'tax-id',
    company_registry: 'tax-id',
    siret: 'tax-id',
    peppol_endpoint: 'tax-id',
    global_location_number: 'tax-id',
    nrc: 'tax-id',
  },
  res_company: { email: 'email', phone: 'phone', mobile: 'phone' },
  // base, auth_oauth
  res_users: { login: 'email', oauth_uid: 'identity' },
  // base, base_iban, account
  res_partner_bank: { acc_number: 'account', sanitized_acc_number: 'account', acc_holder_name: 'name' },
  // crm
  crm_lead: {
    contact_name: 'name',
    partner_name: 'name',
    email_from: 'email',
    email_cc: 'email',
    phone: 'phone',
    mobile: 'phone',
    phone_sanitized: 'phone',
    street: 'street',
  },
  // hr, hr_contract (to 18), hr_holidays; hr_version keeps them from 19 on
  hr_employee: {
    name: 'name',
    legal_name: 'name',
    work_email: 'email',
    work_phone: 'phone',
    mobile_phone: 'phone',
    private_email: 'email',
    private_phone: 'phone',
    private_street: 'street',
    emergency_contact: 'name',
    emergency_phone: 'phone',
    spouse_complete_name: 'name',
    ssnid: 'identity',
    sinid: 'identity',
    passport_id: 'identity',
    identification_id: 'identity',
    permit_no: 'identity',
    visa_no: 'identity',
    private_car_plate: 'identity',
  },
  hr_version: {
    private_street: 'street',
    spouse_complete_name: 'name',
    ssnid: 'identity',
    passport_id: 'identity',
    identification_id: 'identity',
  },
  // hr_recruitment
  hr_applicant: {
    partner_name: 'name',
    email_from: 'email',
    partner_phone: 'phone',
    partner_mobile: 'phone',
  },
  hr_candidate: { partner_name: 'name', email_from: 'email', partner_phone: 'phone' },
  // account, payment
  account_bank_statement_line: { partner_name: 'name', account_number: 'account' },
  payment_transaction: {
    partner_name: 'name',
    partner_email: 'email',
    partner_phone: 'phone',
    partner_address: 'street',
  },
  // sale, point_of_sale, event, survey, helpdesk
  sale_order: { signed_by: 'name' },
  pos_order: { email: 'email', mobile: 'phone' },
  event_registration: { name: 'name', email: 'email', phone: 'phone', mobile: 'phone' },
  survey_user_input: { email: 'email' },
  helpdesk_ticket: { partner_name: 'name', partner_email: 'email', partner_phone: 'phone' },
  // mail, mass_mailing, sms, calendar, phone_validation: correspondents who are no partners
  mail_message: { email_from: 'email' },
  mail_guest: { name: 'name', email: 'email' },
  mail_blacklist: { email: 'email' },
  phone_blacklist: { number: 'phone' },
  mailing_contact: { name: 'name', email: 'email', mobile: 'phone' },
  sms_sms: { number: 'phone' },
  calendar_attendee: { email: 'email' },
};

/** Own companies' names and addresses are public and stay in a sanitized copy. Columns of res_partner. */
export const PUBLIC_OF_OWN_COMPANIES: readonly string[] = [
  'name',
  'company_name',
  'street',
  'vat',
  'company_registry',
  'siret',
  'peppol_endpoint',
  'global_location_number',
  'nrc',
];

/** Names that Odoo itself gives: its technical users, and the people of its demo data. */
export const ODOO_NAMES: readonly string[] = [
  'OdooBot',
  'System',
  'Administrator',
  'Public user',
  'Portal User Template',
  'Default User Template',
  'Mitchell Admin',
  'Marc Demo',
  'Joel Willis',
  'My Company',
  'YourCompany',
];
