import type { PersonalTable } from '../personal-table.ts';
import { email } from '../pseudonyms.ts';

/** Leads, orders, deliveries, the counter: Odoo crm, sale, purchase, stock, delivery, point_of_sale, repair, loyalty. */
export const SALES: readonly PersonalTable[] = [
  {
    table: 'crm_lead',
    titled: { name: 'Lead' },
    person: ['contact_name'],
    company: ['partner_name'],
    email: ['email_from'],
    phone: ['phone', 'mobile'],
    street: ['street'],
    city: ['city'],
    zip: ['zip'],
    normalized: { email_normalized: 'email_from' },
    sanitized: { phone_sanitized: ['phone', 'mobile'] },
    blank: [
      ...['email_cc', 'street2', 'website', 'function', 'referred', 'description', 'lead_properties'],
      ...['reveal_ip', 'reveal_id'],
    ],
  },
  {
    // Odoo takes the whole address where the domain is one that many share (iap, mail_prepare_for_domain_search).
    table: 'crm_lead',
    needs: ['email_from', 'email_domain_criterion'],
    derived: {
      email_domain_criterion: `CASE WHEN t.email_domain_criterion <> '' THEN ${email('t.email_from::text')} END`,
    },
  },
  { table: 'crm_reveal_view', blank: ['reveal_ip'] },
  {
    table: 'sale_order',
    blank: [
      ...['note', 'signed_by', 'client_order_ref', 'pickup_location_data', 'access_point_address'],
      ...['delivery_message', 'customizable_pdf_form_fields'],
    ],
  },
  { table: 'purchase_order', blank: ['note', 'notes', 'partner_ref'] },
  { table: 'stock_picking', blank: ['note', 'carrier_tracking_ref', 'picking_properties'] },
  { table: 'repair_order', blank: ['internal_notes', 'quotation_notes', 'description', 'repair_properties'] },
  {
    table: 'pos_order',
    person: ['cashier'],
    email: ['email'],
    phone: ['mobile'],
    blank: [
      ...['note', 'general_note', 'general_customer_note', 'internal_note', 'floating_order_name', 'multiprint_resume'],
      ...['table_stand_number', 'ticket_code'],
    ],
    // Odoo parses it (point_of_sale/models/pos_order.py).
    derived: { last_order_preparation_change: "CASE WHEN t.last_order_preparation_change <> '' THEN '{}' END" },
  },
  { table: 'pos_order_line', blank: ['note', 'customer_note', 'customer_note_text'] },
  { table: 'pos_session', blank: ['opening_notes', 'closing_notes'] },
  {
    table: 'pos_payment',
    blank: ['card_no', 'card_brand', 'cardholder_name', 'transaction_id', 'payment_ref_no', 'ticket'],
  },
  // A voucher's number is money in production.
  { table: 'loyalty_card', blank: ['code'] },
];
