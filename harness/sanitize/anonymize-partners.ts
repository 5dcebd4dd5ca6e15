import { city, company, email, iban, person, phone, phoneE164, street, zip } from './pseudonyms.ts';
import type { Assignments, Writer } from './writer.ts';

/** An own company's name and address are public, and printed on the documents that are to be tried out. */
const OWN = 't.id IN (SELECT c.partner_id FROM res_company c)';

/** xmlid of base → what Odoo itself names the partner of that user. */
const SYSTEM_PARTNERS = {
  user_root: ['OdooBot', "'odoobot@example.com'"],
  user_admin: ['Administrator', "'admin@example.com'"],
  public_user: ['Public user', 'NULL'],
  template_portal_user_id: ['Portal User Template', 'NULL'],
  default_user: ['Default User Template', 'NULL'],
} as const;

export async function anonymizePartners(writer: Writer): Promise<void> {
  const details = contactDetails(writer);
  await writer.set('res_partner', details, { where: OWN });
  await writer.set('res_partner', { ...details, ...IDENTITY }, { where: `NOT (${OWN})` });
  await systemPartners(writer);
  await displayNames(writer);
  await companies(writer);
  await banks(writer);
  await writer.delete('ir_property', {
    where: "t.name = 'barcode' AND t.res_id LIKE 'res.partner,%'",
    needs: ['res_id'],
  });
  await writer.delete('ir_attachment', {
    where: `t.res_model = 'res.partner' AND t.res_field LIKE 'image%'
              AND t.res_id NOT IN (SELECT c.partner_id FROM res_company c)`,
    needs: ['res_field'],
  });
}

/** Ways to reach a partner, and notes about it: replaced for own companies too. */
function contactDetails({ schema }: Writer): Assignments {
  const numbers = ['phone', 'mobile'].filter((column) => schema.has('res_partner', column));
  const firstNumber = `coalesce(${numbers.map((column) => `nullif(t.${column}, '')`).join(', ') || 'NULL'})`;
  return {
    email: email('t.email'),
    email_normalized: `CASE WHEN t.email_normalized <> '' THEN ${email('t.email')} END`,
    phone: phone('t.phone'),
    mobile: phone('t.mobile'),
    phone_sanitized: phoneE164(firstNumber),
    barcode: 'NULL',
    comment: 'NULL',
    additional_info: 'NULL',
    function: 'NULL',
    company_name: company('t.company_name'),
    invoice_warn_msg: 'NULL',
    sale_warn_msg: 'NULL',
    purchase_warn_msg: 'NULL',
    picking_warn_msg: 'NULL',
  };
}

const IDENTITY: Assignments = {
  name: `CASE WHEN t.is_company THEN ${company('t.name')} ELSE ${person('t.name')} END`,
  street: street('t.street'),
  street2: 'NULL',
  street_name: 'NULL',
  street_number: 'NULL',
  street_number2: 'NULL',
  city: city('t.city'),
  zip: zip('t.zip'),
  vat: 'NULL',
  company_registry: 'NULL',
  siret: 'NULL',
  peppol_endpoint: 'NULL',
  nemhandel_identifier_value: 'NULL',
  global_location_number: 'NULL',
  website: 'NULL',
  website_description: 'NULL',
  website_short_description: 'NULL',
  ref: 'NULL',
  partner_latitude: 'NULL',
  partner_longitude: 'NULL',
};

async function systemPartners(writer: Writer): Promise<void> {
  for (const [xmlid, [name, address]] of Object.entries(SYSTEM_PARTNERS)) {
    await writer.set(
      'res_partner',
      { name: `'${name}'`, email: address, email_normalized: address },
      {
        where: `t.id = (SELECT u.partner_id FROM res_users u JOIN ir_model_data d ON d.res_id = u.id
                  WHERE d.model = 'res.users' AND d.module = 'base' AND d.name = '${xmlid}') AND NOT (${OWN})`,
      },
    );
  }
}

/** As Odoo computes them (base/models/res_partner.py, `_get_complete_name`); `display_name` is stored up to 16. */
async function displayNames(writer: Writer): Promise<void> {
  const label =
    "CASE t.type WHEN 'invoice' THEN 'Invoice' WHEN 'delivery' THEN 'Delivery' WHEN 'other' THEN 'Other' ELSE '' END";
  const whole = `btrim(CASE
      WHEN t.is_company OR (t.parent_id IS NULL AND coalesce(t.company_name, '') = '') THEN coalesce(t.name, '')
      ELSE coalesce(nullif(d.company, ''), d.parent, '') || ', ' || coalesce(nullif(t.name, ''), ${label}) END)`;
  await writer.set(
    'res_partner',
    { commercial_company_name: 'd.company', complete_name: whole, display_name: whole },
    {
      from: `(SELECT p.id, parent.name AS parent, CASE WHEN c.is_company THEN c.name ELSE p.company_name END AS company
                FROM res_partner p
                LEFT JOIN res_partner c ON c.id = p.commercial_partner_id
                LEFT JOIN res_partner parent ON parent.id = p.parent_id) d`,
      where: 'd.id = t.id',
    },
  );
}

async function companies(writer: Writer): Promise<void> {
  const partners = (column: string) => `(SELECT p.${column} FROM res_partner p WHERE p.id = t.partner_id)`;
  const { schema } = writer;
  await writer.set('res_company', {
    email: partners('email'),
    phone: partners('phone'),
    ...(schema.has('res_partner', 'mobile') ? { mobile: partners('mobile') } : {}),
    account_peppol_contact_email: email('t.account_peppol_contact_email'),
    account_peppol_phone_number: phone('t.account_peppol_phone_number'),
    nemhandel_contact_email: email('t.nemhandel_contact_email'),
    nemhandel_phone_number: phone('t.nemhandel_phone_number'),
  });
}

async function banks(writer: Writer): Promise<void> {
  const bare = "regexp_replace(t.acc_number, '[^A-Za-z0-9]', '', 'g')";
  await writer.set('res_partner_bank', {
    acc_number: `btrim(regexp_replace(${iban(bare)}, '(.{4})', '\\1 ', 'g'))`,
    sanitized_acc_number: iban(bare),
    acc_holder_name:
      "CASE WHEN t.acc_holder_name <> '' THEN (SELECT p.name FROM res_partner p WHERE p.id = t.partner_id) END",
    proxy_value: 'NULL',
    note: 'NULL',
    clearing_number: 'NULL',
  });
}
