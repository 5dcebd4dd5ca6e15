import type { PersonalTable } from '../personal-table.ts';
import { company } from '../pseudonyms.ts';

const ofPartner = (column: string) => `(SELECT p.${column} FROM res_partner p WHERE p.id = t.partner_id)`;
const CREATOR = '(SELECT p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = t.create_uid)';

const paymentLabels = ['payment_id', 'statement_line_id'].map(
  (origin): PersonalTable => ({
    table: 'account_move_line',
    titled: { name: 'Payment' },
    where: `t."${origin}" IS NOT NULL`,
    needs: [origin],
  }),
);

/** The document's own number, which Odoo proposes, or a structured reference: digits alone. */
const OWN_REFERENCE =
  "(t.payment_reference = '' OR t.payment_reference = t.name OR t.payment_reference ~ '^(RF)?[-+*/ 0-9]+$')";

/**
 * What invoices, payments and statements keep of partners. Amounts, dates and numbers stay.
 * `displayName` is the column that stores a partner's whole name: `complete_name` from 17 on.
 */
export const accounting = (displayName: string): readonly PersonalTable[] => [
  {
    table: 'account_move',
    needs: ['partner_id'],
    email: ['invoice_source_email'],
    blank: [
      ...['narration', 'sending_data', 'send_and_print_values', 'ref', 'buyer_reference', 'contract_reference'],
      ...['purchase_order_reference', 'peppol_project_reference', 'peppol_contract_document_reference'],
    ],
    derived: { invoice_partner_display_name: `coalesce(${ofPartner(displayName)}, '#Created by: ' || ${CREATOR})` },
  },
  {
    table: 'account_move',
    titled: { payment_reference: 'Payment' },
    where: `NOT ${OWN_REFERENCE}`,
    needs: ['payment_reference', 'name'],
  },
  { table: 'account_move_line', blank: ['ref'] },
  ...paymentLabels,
  { table: 'account_journal', email: ['incoming_einvoice_notification_email'] },
  {
    table: 'account_bank_statement_line',
    titled: { payment_ref: 'Payment' },
    blank: ['account_number', 'transaction_details', 'narration'],
  },
  {
    table: 'account_bank_statement_line',
    needs: ['partner_id', 'partner_name'],
    derived: {
      partner_name: `CASE WHEN t.partner_name <> '' THEN coalesce(${ofPartner('name')}, ${company('t.partner_name::text')}) END`,
    },
  },
  { table: 'account_payment', titled: { memo: 'Payment' }, blank: ['payment_reference'] },
  {
    table: 'payment_transaction',
    needs: ['partner_id'],
    street: ['partner_address'],
    city: ['partner_city'],
    zip: ['partner_zip'],
    blank: ['state_message'],
    derived: { partner_name: ofPartner('name'), partner_email: ofPartner('email'), partner_phone: ofPartner('phone') },
  },
  { table: 'payment_token', titled: { name: 'Payment' }, blank: ['payment_details'] },
];
