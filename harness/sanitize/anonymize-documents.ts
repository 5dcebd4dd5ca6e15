import { city, company, email, person, phone, phoneE164, street, titled, zip } from './pseudonyms.ts';
import type { Writer } from './writer.ts';

/** Copies of partners that documents keep: those with a partner follow it, the others get their own pseudonym. */
export async function anonymizeDocuments(writer: Writer): Promise<void> {
  await leads(writer);
  await accounting(writer);
  await payments(writer);
  await orders(writer);
  await meetings(writer);
}

const displayName = (writer: Writer) =>
  writer.schema.has('res_partner', 'complete_name') ? 'complete_name' : 'display_name';
const ofPartner = (column: string) => `(SELECT p.${column} FROM res_partner p WHERE p.id = t.partner_id)`;

async function leads(writer: Writer): Promise<void> {
  const { schema } = writer;
  const numbers = ['phone', 'mobile'].filter((column) => schema.has('crm_lead', column));
  const firstNumber = `coalesce(${numbers.map((column) => `nullif(t.${column}, '')`).join(', ') || 'NULL'})`;
  await writer.set('crm_lead', {
    name: titled('Lead', 't.name'),
    contact_name: person('t.contact_name'),
    partner_name: company('t.partner_name'),
    email_from: email('t.email_from'),
    email_normalized: `CASE WHEN t.email_normalized <> '' THEN ${email('t.email_from')} END`,
    // Odoo takes the whole address where the domain is one that many share (iap, mail_prepare_for_domain_search).
    email_domain_criterion: `CASE WHEN t.email_domain_criterion <> '' THEN ${email('t.email_from')} END`,
    email_cc: 'NULL',
    phone: phone('t.phone'),
    mobile: phone('t.mobile'),
    phone_sanitized: phoneE164(firstNumber),
    street: street('t.street'),
    street2: 'NULL',
    zip: zip('t.zip'),
    city: city('t.city'),
    website: 'NULL',
    function: 'NULL',
    referred: 'NULL',
    description: 'NULL',
    lead_properties: 'NULL',
    reveal_ip: 'NULL',
  });
}

async function accounting(writer: Writer): Promise<void> {
  const creator =
    '(SELECT p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = t.create_uid)';
  await writer.set('account_move', {
    invoice_partner_display_name: `coalesce(${ofPartner(displayName(writer))}, '#Created by: ' || ${creator})`,
    invoice_source_email: email('t.invoice_source_email'),
    narration: 'NULL',
    sending_data: 'NULL',
    send_and_print_values: 'NULL',
    ref: 'NULL',
  });
  await writer.set('account_move_line', { ref: 'NULL' }, { where: 't.ref IS NOT NULL' });
  await writer.set('account_journal', {
    incoming_einvoice_notification_email: email('t.incoming_einvoice_notification_email'),
  });
  for (const origin of ['payment_id', 'statement_line_id']) {
    await writer.set(
      'account_move_line',
      { name: titled('Payment', 't.name') },
      { where: `t.${origin} IS NOT NULL AND t.name !~ '^Payment [0-9A-F]{12}$'`, needs: [origin] },
    );
  }
  await writer.set('account_bank_statement_line', {
    account_number: 'NULL',
    partner_name: `CASE WHEN t.partner_name <> '' THEN coalesce(${ofPartner('name')}, ${company('t.partner_name')}) END`,
    payment_ref: titled('Payment', 't.payment_ref'),
    transaction_details: 'NULL',
  });
  await writer.set('account_payment', { memo: titled('Payment', 't.memo'), payment_reference: 'NULL' });
}

async function payments(writer: Writer): Promise<void> {
  await writer.set('payment_transaction', {
    partner_name: ofPartner('name'),
    partner_email: ofPartner('email'),
    partner_phone: ofPartner('phone'),
    partner_address: street('t.partner_address'),
    partner_zip: zip('t.partner_zip'),
    partner_city: city('t.partner_city'),
  });
  await writer.blank('payment_token', ['payment_details']);
}

async function orders(writer: Writer): Promise<void> {
  await writer.blank('sale_order', ['note', 'signed_by', 'client_order_ref', 'pickup_location_data']);
  await writer.blank('purchase_order', ['note', 'notes', 'partner_ref']);
  await writer.blank('stock_picking', ['note']);
}

async function meetings(writer: Writer): Promise<void> {
  await writer.set('calendar_event', {
    name: titled('Meeting', 't.name'),
    location: 'NULL',
    videocall_location: 'NULL',
    description: 'NULL',
    notes: 'NULL',
  });
  await writer.set('calendar_attendee', { common_name: ofPartner('name'), email: ofPartner('email') });
}
