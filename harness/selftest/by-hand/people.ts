import { byHand, type Mutation } from '../mutation.ts';
import type { Plant } from '../planting.ts';

const SOME_PERSON = '(SELECT max(id) FROM res_partner WHERE parent_id IS NOT NULL)';
const login = (login: string, of: string) =>
  byHand(
    'sanitize.users',
    'res_users.login',
    `UPDATE res_users SET login = '${login}' WHERE id = (SELECT res_id FROM ir_model_data
      WHERE model = 'res.users' AND module = 'base' AND name = '${of}')`,
    'person',
  );
const partner = (column: string, value: string, row = SOME_PERSON) =>
  byHand(
    'sanitize.partners',
    `res_partner.${column}`,
    `UPDATE res_partner SET ${column} = '${value}' WHERE id = ${row}`,
    'person',
  );

const file = (says: string, values: string) =>
  byHand(
    'sanitize.files',
    `ir_attachment.${says}`,
    `INSERT INTO ir_attachment (name, type, res_model, res_id, res_field, file_size) VALUES (${values})`,
    'person',
  );

/** What looks right and is not: the right value in the wrong row, a real one beside a right one. */
export const people: readonly Mutation[] = [
  login('ingrid@nordwind-handel.de', 'user_admin'),
  login('ingrid@example.com', 'user_admin'),
  login('public2', 'public_user'),
  // Odoo's own names are right for its own users alone.
  partner('name', 'OdooBot'),
  partner('name', 'Ingrid Achterberg'),
  partner('complete_name', 'Company 0A1B2C3D4E5F, Ingrid Achterberg'),
  partner('display_name', 'Company 0A1B2C3D4E5F, Ingrid Achterberg'),
  partner('email', 'ingrid.achterberg@example.com'),
  // An own company's address may stay; its mailbox may not.
  partner('email', 'kontakt@nordwind-handel.de', '(SELECT min(partner_id) FROM res_company)'),
  byHand(
    'sanitize.messages',
    'mail_message.email_from',
    `UPDATE mail_message SET email_from = '"Ingrid" <contact-0a1b2c3d4e5f@example.com>' WHERE id = (SELECT max(id) FROM mail_message)`,
    'person',
  ),
  byHand(
    'sanitize.messages',
    'discuss_channel.name',
    "UPDATE discuss_channel SET name = 'Ingrid, Ruben' WHERE channel_type = 'chat'",
    'person',
  ),
  byHand(
    'sanitize.partners',
    'ir_attachment[res.partner]',
    `INSERT INTO ir_attachment (name, type, res_model, res_field, res_id)
     VALUES ('image_1920', 'binary', 'res.partner', 'image_1920', ${SOME_PERSON})`,
    'person',
  ),
  file('res_field', "'INV.pdf', 'binary', 'account.move', 1, 'invoice_pdf_report_file', 900"),
  file('res_field', "'id_card', 'binary', 'hr.employee', 1, 'id_card', 900"),
  file('name', "'Ingrid Achterberg.pdf', 'binary', 'sale.order', 1, NULL, 900"),
  file('file_size', "'Document 0A1B2C3D4E5F.pdf', 'binary', 'sale.order', 1, NULL, 43000"),
];

export const peoplePlants: readonly Plant[] = [
  {
    check: 'sanitize.partners',
    table: 'ir_property',
    column: 'value_text',
    armed: 'personal',
    beside: { name: ['varchar', "'barcode'"], res_id: ['varchar', "'res.partner,1'"] },
  },
];
