/**
 * What an anonymized value looks like, as SQL predicates. Documented for other anonymizers in
 * docs/how-checks-know.md; written down here alone, so that a mistake of the anonymizer can't hide itself.
 */

const CODE = '[0-9A-F]{8,}';
const PSEUDONYM = `(Person|Company) ${CODE}`;

/** Names that Odoo gives its own technical users. */
const SYSTEM_NAMES = [
  'OdooBot',
  'System',
  'Administrator',
  'Public user',
  'Portal User Template',
  'Default User Template',
];
const SYSTEM = `(${SYSTEM_NAMES.join('|')})`;

/** What Odoo writes for an address without a name. */
const ADDRESS_TYPES = '(Contact|Invoice|Delivery|Other|Private|Follow-up)( Address)?';

/** RFC 2606 and RFC 6761: names that are nobody's. */
const RESERVED_DOMAIN =
  '(([a-z0-9-]+[.])*example[.](com|net|org)|([a-z0-9-]+[.])*[a-z0-9-]+[.](test|example|invalid|localhost))';
/** A local part without a name of anyone in it. */
const LOCAL_PART = '((person|company|contact|user|lead|mail)-[0-9a-f]{8,}|odoobot|root|admin|nobody|noreply)';
const EMAIL = `${LOCAL_PART}@${RESERVED_DOMAIN}`;

/** Numbers that regulators keep for fiction: NANP 555-01xx, Ofcom, ARCEP, BNetzA. */
const FICTIONAL_PHONES = [
  '1[2-9][0-9]{2}55501[0-9]{2}',
  '441632960[0-9]{3}',
  '447700900[0-9]{3}',
  '442079460[0-9]{3}',
  '3319900[0-9]{4}',
  '493023125[0-9]{3}',
].join('|');

export const text = (column: string) => `t."${column}"::text`;

/** NULL, empty, or what an empty JSON or HTML field is stored as. */
export const isBlank = (column: string) =>
  `coalesce(btrim(${text(column)}), '') IN ('', '{}', '[]', 'null', '<p><br></p>', '<p></p>')`;

export const isBlankOr = (column: string, pattern: string) =>
  `(${isBlank(column)} OR ${text(column)} ~ '^(${pattern})$')`;

export const isEmail = (column: string) => isBlankOr(column, EMAIL);

/** A login: an address of the anonymized shape. */
export const isLogin = (column: string) => `${text(column)} ~ '^${EMAIL}$'`;

export const isPhone = (column: string) =>
  `(${isBlank(column)} OR (${text(column)} ~ '^[-+() .0-9]+$'
    AND regexp_replace(${text(column)}, '[^0-9]', '', 'g') ~ '^(${FICTIONAL_PHONES})$'))`;

const isOwnCompanyName = (column: string) => `EXISTS (SELECT FROM res_company o WHERE o.name = ${text(column)})`;

/** The pseudonym of a person or company, a technical user's name, or the name of one of the own companies. */
export const isName = (column: string) =>
  `(${isBlankOr(column, `${PSEUDONYM}|${SYSTEM}`)} OR ${isOwnCompanyName(column)})`;

/** "Company, Person" and what Odoo makes of either without the other. */
export const isDisplayName = (column: string) => {
  const tail = `(${PSEUDONYM}|${SYSTEM}|${ADDRESS_TYPES})?`;
  return `(${isBlankOr(column, `(${PSEUDONYM}|${SYSTEM})(, ?${tail})?`)} OR ${isOwnCompanyName(column)}
    OR EXISTS (SELECT FROM res_company o WHERE left(${text(column)}, length(o.name) + 1) = o.name || ','
                 AND btrim(substr(${text(column)}, length(o.name) + 2)) ~ '^${tail}$'))`;
};

/** What Odoo shows for an entry without a partner (account/models/account_move.py). */
export const isCreator = (column: string) => `${text(column)} ~ '^#Created by: (${PSEUDONYM}|${SYSTEM})$'`;

export const isStreet = (column: string) => isBlankOr(column, 'Example Street [0-9]+');
export const isCity = (column: string) => isBlankOr(column, 'Example City');
export const isZip = (column: string) => isBlankOr(column, '0+');

/** An account at a bank code of zeros, which no bank has. */
export const isAccountNumber = (column: string) =>
  `(${isBlank(column)} OR replace(${text(column)}, ' ', '') ~ '^[A-Z]{2}[0-9]{2}0{8}[0-9]{10}$')`;

/** Free text that was replaced by a numbered word: `Lead 4F2A91C0`. */
export const isNumbered = (column: string, word: string) => isBlankOr(column, `${word} ${CODE}`);

/** A signature that consists of nothing but a pseudonym. */
export const isSignature = (column: string) => isBlankOr(column, `<div>(${PSEUDONYM}|${SYSTEM})</div>`);

export const SYSTEM_USERS: Readonly<Record<string, { login: string; names: readonly string[] }>> = {
  user_root: { login: '__system__', names: ['OdooBot', 'System'] },
  user_admin: { login: 'admin', names: ['Administrator'] },
  public_user: { login: 'public', names: ['Public user'] },
  template_portal_user_id: { login: 'portaltemplate', names: ['Portal User Template'] },
  default_user: { login: 'default', names: ['Default User Template'] },
};
