import {
  isBlank,
  isBlankOr,
  isCity,
  isCreator,
  isDisplayName,
  isEmail,
  isName,
  isNumbered,
  isPhone,
  isStreet,
  isZip,
} from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { type Shapes, shapeRules } from '../shape-rules.ts';

const LEAD: Shapes = {
  name: (column) => isNumbered(column, 'Lead'),
  contact_name: isName,
  partner_name: isName,
  email_from: isEmail,
  email_normalized: isEmail,
  email_domain_criterion: (column) =>
    `(${isEmail(column)} OR ${isBlankOr(column, '@([a-z0-9-]+[.])*(example[.](com|net|org)|test|example|invalid)')})`,
  email_cc: isBlank,
  phone: isPhone,
  mobile: isPhone,
  phone_sanitized: isPhone,
  street: isStreet,
  street2: isBlank,
  zip: isZip,
  city: isCity,
  website: isBlank,
  function: isBlank,
  referred: isBlank,
  description: isBlank,
  lead_properties: isBlank,
  reveal_ip: isBlank,
};

/** Copies of partners that documents keep of their own. Odoo crm, account, payment, sale, purchase, stock, calendar. */
export const documents: RuleSet = {
  id: 'sanitize.documents',
  title: "Documents keep no copy of a real person's data",
  severity: 'critical',
  filled: ['res_company'],
  rules: () => [
    ...shapeRules('crm_lead', LEAD),
    ...shapeRules('account_move', {
      invoice_partner_display_name: (column) => `(${isDisplayName(column)} OR ${isCreator(column)})`,
      invoice_source_email: isEmail,
      narration: isBlank,
      sending_data: isBlank,
      send_and_print_values: isBlank,
    }),
    ...['payment_id', 'statement_line_id'].map((origin) => ({
      table: 'account_move_line',
      columns: ['name', origin],
      none: `t."${origin}" IS NOT NULL AND NOT ${isNumbered('name', 'Payment')}`,
      says: 'labels of payments are not of the anonymized shape',
      fix: 'Run odoo-gate sanitize --anonymize.',
    })),
    ...shapeRules('account_bank_statement_line', {
      account_number: isBlank,
      partner_name: isName,
      payment_ref: (column) => isNumbered(column, 'Payment'),
      transaction_details: isBlank,
    }),
    ...shapeRules('account_payment', { memo: (column) => isNumbered(column, 'Payment') }),
    ...shapeRules('payment_transaction', {
      partner_name: isName,
      partner_email: isEmail,
      partner_phone: isPhone,
      partner_address: isStreet,
      partner_zip: isZip,
      partner_city: isCity,
    }),
    ...shapeRules('payment_token', { payment_details: isBlank }),
    ...shapeRules('sale_order', {
      note: isBlank,
      signed_by: isBlank,
      client_order_ref: isBlank,
      pickup_location_data: isBlank,
    }),
    ...shapeRules('purchase_order', { note: isBlank, notes: isBlank, partner_ref: isBlank }),
    ...shapeRules('stock_picking', { note: isBlank }),
    ...shapeRules('calendar_event', {
      name: (column) => isNumbered(column, 'Meeting'),
      location: isBlank,
      videocall_location: isBlank,
      description: isBlank,
      notes: isBlank,
    }),
    ...shapeRules('calendar_attendee', { common_name: isDisplayName, email: isEmail }),
  ],
};
