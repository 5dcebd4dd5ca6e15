import {
  isAccountNumber,
  isBlank,
  isBlankOr,
  isCity,
  isDisplayName,
  isEmail,
  isName,
  isPhone,
  isStreet,
  isZip,
  SYSTEM_USERS,
  text,
} from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { type Shapes, shapeRules } from '../shape-rules.ts';

/** An own company's name and address are public and printed on every document; they may stay. */
const OWN_COMPANY = 't.id IN (SELECT c.partner_id FROM res_company c)';

const systemPartner = Object.entries(SYSTEM_USERS)
  .flatMap(([xmlid, { names }]) => names.map((name) => `('${xmlid}', '${name}')`))
  .join(', ');
const IS_SYSTEM_PARTNER = `EXISTS (SELECT FROM res_users u
  JOIN ir_model_data d ON d.model = 'res.users' AND d.module = 'base' AND d.res_id = u.id
  WHERE u.partner_id = t.id AND (d.name, ${text('name')}) IN (VALUES ${systemPartner}))`;

const orOwn = (shape: (column: string) => string) => (column: string) => `(${shape(column)} OR ${OWN_COMPANY})`;

const PARTNER: Shapes = {
  name: (column) => `(${isBlankOr(column, '(Person|Company) [0-9A-F]{8,}')} OR ${OWN_COMPANY} OR ${IS_SYSTEM_PARTNER})`,
  complete_name: isDisplayName,
  display_name: isDisplayName,
  commercial_company_name: isName,
  company_name: isName,
  email: isEmail,
  email_normalized: isEmail,
  phone: isPhone,
  mobile: isPhone,
  phone_sanitized: isPhone,
  street: orOwn(isStreet),
  street2: orOwn(isBlank),
  street_name: orOwn(isBlank),
  street_number: orOwn(isBlank),
  street_number2: orOwn(isBlank),
  city: orOwn(isCity),
  zip: orOwn(isZip),
  vat: orOwn(isBlank),
  company_registry: orOwn(isBlank),
  siret: orOwn(isBlank),
  peppol_endpoint: orOwn(isBlank),
  nemhandel_identifier_value: orOwn(isBlank),
  global_location_number: orOwn(isBlank),
  website: orOwn(isBlank),
  ref: orOwn(isBlank),
  barcode: isBlank,
  function: isBlank,
  comment: isBlank,
  additional_info: isBlank,
  website_description: orOwn(isBlank),
  website_short_description: orOwn(isBlank),
  invoice_warn_msg: isBlank,
  sale_warn_msg: isBlank,
  purchase_warn_msg: isBlank,
  picking_warn_msg: isBlank,
  partner_latitude: orOwn((column) => `coalesce(t."${column}", 0) = 0`),
  partner_longitude: orOwn((column) => `coalesce(t."${column}", 0) = 0`),
};

const BANK: Shapes = {
  acc_number: isAccountNumber,
  sanitized_acc_number: isAccountNumber,
  acc_holder_name: isName,
  proxy_value: isBlank,
  note: isBlank,
  clearing_number: isBlank,
};

const COMPANY: Shapes = {
  email: isEmail,
  phone: isPhone,
  mobile: isPhone,
  account_peppol_contact_email: isEmail,
  account_peppol_phone_number: isPhone,
  nemhandel_contact_email: isEmail,
  nemhandel_phone_number: isPhone,
};

/** reference: Odoo base, mail, phone_validation, account, base_geolocalize, l10n_*: stored copies included. */
export const partners: RuleSet = {
  id: 'sanitize.partners',
  title: 'No partner is a real person or company',
  severity: 'critical',
  filled: ['res_partner', 'res_company', 'res_users', 'ir_model_data'],
  rules: () => [
    ...shapeRules('res_partner', PARTNER),
    ...shapeRules('res_partner_bank', BANK),
    ...shapeRules('res_company', COMPANY),
    {
      table: 'ir_property',
      columns: ['value_text', 'name', 'res_id'],
      none: `coalesce(t.name, '') = 'barcode' AND coalesce(t.res_id, '') LIKE 'res.partner,%' AND NOT ${isBlank('value_text')}`,
      says: 'values are not of the anonymized shape',
      fix: 'Delete them, or run odoo-gate sanitize --anonymize.',
    },
    {
      table: 'ir_attachment',
      columns: ['res_field', 'res_model', 'res_id'],
      none: `coalesce(t.res_model, '') = 'res.partner' AND coalesce(t.res_field, '') LIKE 'image%'
        AND NOT EXISTS (SELECT FROM res_company c WHERE c.partner_id = t.res_id)`,
      says: 'photos of partners',
      fix: 'Delete them, and their files, or run odoo-gate sanitize --anonymize.',
      location: 'ir_attachment[res.partner]',
    },
  ],
};
