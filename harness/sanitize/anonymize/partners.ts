import type { Writer } from '../writer.ts';
import type { Columns } from './columns.ts';
import { newValues } from './new-values.ts';
import type { PersonalTable } from './personal-table.ts';
import { company, dialled, person } from './pseudonyms.ts';

/** An own company's name and address are public, and printed on the documents that are to be tried out. */
const OWN = 't.id IN (SELECT c.partner_id FROM res_company c)';

/** xmlid of base → what Odoo itself names the partner of that user, and its address. */
const SYSTEM_PARTNERS = {
  user_root: ['OdooBot', 'odoobot@example.com'],
  user_admin: ['Administrator', 'admin@example.com'],
  public_user: ['Public user', undefined],
  template_portal_user_id: ['Portal User Template', undefined],
  default_user: ['Default User Template', undefined],
} as const;

/** Ways to reach a partner, and notes about it: replaced for own companies too. */
const CONTACT: PersonalTable = {
  table: 'res_partner',
  company: ['company_name'],
  email: ['email'],
  phone: ['phone', 'mobile'],
  blank: [
    ...['barcode', 'comment', 'additional_info', 'function', 'contact_address_complete', 'phone_mobile_search'],
    ...['invoice_warn_msg', 'sale_warn_msg', 'purchase_warn_msg', 'picking_warn_msg'],
    ...['firstname', 'first_name', 'middle_name', 'lastname2', 'birthdate_date', 'birthdate', 'date', 'properties'],
  ],
  normalized: { email_normalized: 'email' },
  sanitized: { phone_sanitized: ['phone', 'mobile'] },
};

const IDENTITY: PersonalTable = {
  table: 'res_partner',
  street: ['street'],
  city: ['city'],
  zip: ['zip'],
  blank: [
    ...['street2', 'street_name', 'street_number', 'street_number2', 'partner_latitude', 'partner_longitude'],
    ...[
      'vat',
      'company_registry',
      'siret',
      'nrc',
      'branch_code',
      'ref',
      'peppol_endpoint',
      'nemhandel_identifier_value',
    ],
    ...['global_location_number', 'sst_registration_number', 'ttx_registration_number'],
    ...['website', 'website_description', 'website_short_description'],
  ],
};

/** One pass over all partners: what a contact shows of its company follows from the company's new name. */
export async function anonymizePartners(writer: Writer, columns: Columns): Promise<void> {
  const there = columns.get('res_partner');
  if (there === undefined) return;
  const own = (await writer.rows<{ id: number }>(`SELECT t.id FROM res_partner t WHERE ${OWN}`)).map(({ id }) => id);
  const system = await systemPartners(writer, own);
  const isOwn = (alias: string) => `${alias}.id = ANY ('{${own.join()}}'::int[])`;

  const contact = newValues({ ...CONTACT, normalized: {}, sanitized: {} }, there);
  const identity = newValues(IDENTITY, there);
  const drawn = new Map([...contact].map(([column, { value }]) => [column, value]));
  for (const [column, { value }] of identity)
    drawn.set(column, `CASE WHEN ${isOwn('t')} THEN t."${column}" ELSE ${value} END`);
  if (there.has('email'))
    drawn.set(
      'email',
      caseOf('t', system, ({ email }) => email, drawn.get('email') ?? 'NULL'),
    );
  const nameOf = (alias: string) =>
    caseOf(
      alias,
      system,
      ({ name }) => name,
      `CASE WHEN ${isOwn(alias)} THEN ${alias}.name::text WHEN ${alias}.is_company THEN ${company(`${alias}.name::text`)}
            ELSE ${person(`${alias}.name::text`)} END`,
    );
  const kinds = { ...kindsOf(contact), ...kindsOf(identity) };

  const numbers = ['phone', 'mobile'].filter((each) => there.has(each)).map((each) => `nullif(n.${each}, '')`);
  const follow: Record<string, string> = {
    email_normalized: "nullif(lower(n.email), '')",
    phone_sanitized: dialled(`coalesce(${numbers.join(', ') || 'NULL'})`),
    name: 'n.drawn_name',
    lastname: 'n.drawn_name',
    last_name: 'n.drawn_name',
    commercial_company_name: COMMERCIAL,
    complete_name: WHOLE,
    display_name: WHOLE,
  };
  const following = Object.entries(follow).filter(([column]) => there.has(column));
  const all = [...drawn.keys(), ...following.map(([column]) => column)];
  for (const [column] of following) kinds[column] = /^(email|phone)/.exec(column)?.[0] ?? 'name';
  await writer.set('res_partner', Object.fromEntries(all.map((column) => [column, `d."${column}"`])), {
    from: `(SELECT t.id, ${[...drawn.keys()].map((column) => `n."${column}"`).join(', ')},
              ${following.map(([column, value]) => `(${value})::varchar AS "${column}"`).join(', ')}
         FROM res_partner t
         LEFT JOIN res_partner c ON c.id = t.commercial_partner_id AND c.id <> t.id
         LEFT JOIN res_partner parent ON parent.id = t.parent_id AND parent.id IS DISTINCT FROM c.id
         CROSS JOIN LATERAL (
           SELECT ${nameOf('t')} AS drawn_name, ${nameOf('c')} AS commercial, ${nameOf('parent')} AS parent,
                  ${[...drawn].map(([column, value]) => `${value} AS "${column}"`).join(', ')} OFFSET 0) n) d`,
    where: `d.id = t.id AND (${all.map((column) => `t."${column}" IS DISTINCT FROM d."${column}"`).join(' OR ')})`,
    kinds,
  });
}

/*
 * As Odoo computes them (base/models/res_partner.py: _compute_commercial_company_name, _get_complete_name);
 * `display_name` is stored up to 16.
 */
const COMMERCIAL =
  'CASE WHEN coalesce(c.is_company, t.is_company) THEN coalesce(n.commercial, n.drawn_name) ELSE n.company_name END';
const LABEL =
  "CASE t.type WHEN 'invoice' THEN 'Invoice' WHEN 'delivery' THEN 'Delivery' WHEN 'other' THEN 'Other' ELSE '' END";
const WHOLE = `btrim(CASE
  WHEN t.is_company OR (t.parent_id IS NULL AND coalesce(t.company_name, '') = '') THEN coalesce(n.drawn_name, '')
  ELSE coalesce(nullif(${COMMERCIAL}, ''), n.parent, n.commercial, '') || ', ' || coalesce(nullif(n.drawn_name, ''), ${LABEL}) END)`;

interface SystemPartner {
  id: number;
  name: string;
  email: string | undefined;
}

async function systemPartners(writer: Writer, own: readonly number[]): Promise<SystemPartner[]> {
  const rows = await writer.rows<{ id: number; xmlid: string }>(
    `SELECT DISTINCT ON (u.partner_id) u.partner_id AS id, d.name AS xmlid FROM res_users u
       JOIN ir_model_data d ON d.model = 'res.users' AND d.module = 'base' AND d.res_id = u.id`,
  );
  return rows.flatMap(({ id, xmlid }) => {
    const found = Object.entries(SYSTEM_PARTNERS).find(([each]) => each === xmlid);
    if (found === undefined || own.includes(id)) return [];
    const [name, email] = found[1];
    return [{ id, name, email }];
  });
}

function caseOf(
  alias: string,
  system: readonly SystemPartner[],
  pick: (partner: SystemPartner) => string | undefined,
  otherwise: string,
): string {
  const cases = system.map((partner) => {
    const value = pick(partner);
    return `WHEN ${partner.id} THEN ${value === undefined ? 'NULL' : `'${value}'`}`;
  });
  return cases.length === 0 ? otherwise : `CASE ${alias}.id ${cases.join(' ')} ELSE ${otherwise} END`;
}

const kindsOf = (values: ReadonlyMap<string, { kind: string }>): Record<string, string> =>
  Object.fromEntries([...values].map(([column, { kind }]) => [column, kind]));
