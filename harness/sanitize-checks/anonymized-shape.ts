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
export const ADDRESS_TYPES = '(Contact|Invoice|Delivery|Other|Private|Follow-up)( Address)?';

/** RFC 2606 and RFC 6761: names that are nobody's. */
const RESERVED_DOMAIN =
  '(([a-z0-9-]+[.])*example[.](com|net|org)|([a-z0-9-]+[.])*[a-z0-9-]+[.](test|example|invalid|localhost))';
/** A local part without a name of anyone in it. */
const LOCAL_PART = '((person|company|contact|user|lead|mail)-[0-9a-f]{8,}|odoobot|root|admin|nobody|noreply)';
export const EMAIL_ADDRESS = `${LOCAL_PART}@${RESERVED_DOMAIN}`;

/** Numbers that regulators keep for fiction: NANP 555-01xx, Ofcom, ARCEP, BNetzA. */
export const FICTIONAL_PHONE = [
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
  `coalesce(btrim(${text(column)}), '') IN ('', '{}', '[]', 'null', '<p><br></p>', '<p></p>', '\\x')`;

const isBlankOr = (column: string, pattern: string) => `(${isBlank(column)} OR ${text(column)} ~ '^(${pattern})$')`;

const isEmail = (column: string) => isBlankOr(column, EMAIL_ADDRESS);

/** A login: an address of the anonymized shape. */
const isLogin = (column: string) => `${text(column)} ~ '^${EMAIL_ADDRESS}$'`;

const isPhone = (column: string) =>
  `(${isBlank(column)} OR (${text(column)} ~ '^[-+() .0-9]+$'
    AND regexp_replace(${text(column)}, '[^0-9]', '', 'g') ~ '^(${FICTIONAL_PHONE})$'))`;

const isOwnCompanyName = (column: string) => `EXISTS (SELECT FROM res_company o WHERE o.name = ${text(column)})`;

/** The pseudonym of a person or company, a technical user's name, or the name of one of the own companies. */
const isName = (column: string) => `(${isBlankOr(column, `${PSEUDONYM}|${SYSTEM}`)} OR ${isOwnCompanyName(column)})`;

/** "Company, Person" and what Odoo makes of either without the other. */
const isDisplayName = (column: string) => {
  const tail = `(${PSEUDONYM}|${SYSTEM}|${ADDRESS_TYPES})?`;
  return `(${isBlankOr(column, `(${PSEUDONYM}|${SYSTEM})(, ?${tail})?`)} OR ${isOwnCompanyName(column)}
    OR EXISTS (SELECT FROM res_company o WHERE left(${text(column)}, length(o.name) + 1) = o.name || ','
                 AND btrim(substr(${text(column)}, length(o.name) + 2)) ~ '^${tail}$'))`;
};

/** An account at a bank code of zeros, which no bank has. */
const isAccountNumber = (column: string) =>
  `(${isBlank(column)} OR replace(${text(column)}, ' ', '') ~ '^[A-Z]{2}[0-9]{2}0{8}[0-9]{10}$')`;

/** What a title was, where the title itself is gone. */
const TITLES =
  '(Application|Contract|Conversation|Document|Event|Expense|Lead|Line|Meeting|Note|Payment|Post|Project|Request|Resume|Task|Ticket|Version)';
/** Free text that was replaced by a numbered word: `Lead 4F2A91C0`. */
const isTitle = (column: string) => isBlankOr(column, `${TITLES} ${CODE}`);

const SYSTEM_USERS: Readonly<Record<string, { login: string; names: readonly string[] }>> = {
  user_root: { login: '__system__', names: ['OdooBot', 'System'] },
  user_admin: { login: 'admin', names: ['Administrator'] },
  public_user: { login: 'public', names: ['Public user'] },
  template_portal_user_id: { login: 'portaltemplate', names: ['Portal User Template'] },
  default_user: { login: 'default', names: ['Default User Template'] },
};

const systemUserIs = (user: string, value: string, of: readonly (readonly [xmlid: string, value: string])[]) =>
  `EXISTS (SELECT FROM ir_model_data d WHERE d.model = 'res.users' AND d.module = 'base' AND d.res_id = ${user}
     AND (d.name, ${value}) IN (VALUES ${of.map(([xmlid, each]) => `('${xmlid}', '${each}')`).join(', ')}))`;

/** The name of a technical user, on the partner of that very user. */
const isSystemPartner = (column: string) =>
  `EXISTS (SELECT FROM res_users u WHERE u.partner_id = t.id AND ${systemUserIs(
    'u.id',
    text(column),
    Object.entries(SYSTEM_USERS).flatMap(([xmlid, { names }]) => names.map((name) => [xmlid, name] as const)),
  )})`;

const isSystemLogin = (column: string) =>
  systemUserIs(
    't.id',
    text(column),
    Object.entries(SYSTEM_USERS).map(([xmlid, { login }]) => [xmlid, login] as const),
  );

/** What an anonymized value in a column looks like: SQL over one row, alias `t`. */
export const SHAPES = {
  blank: isBlank,
  zero: (column: string) => `coalesce(t."${column}", 0) = 0`,
  name: isName,
  'partner-name': (column: string) => `(${isBlankOr(column, PSEUDONYM)} OR ${isSystemPartner(column)})`,
  'display-name': isDisplayName,
  /** Odoo names who made an entry that has no partner (account/models/account_move.py). */
  'invoice-name': (column: string) =>
    `(${isDisplayName(column)} OR ${text(column)} ~ '^#Created by: (${PSEUDONYM}|${SYSTEM})$')`,
  title: isTitle,
  email: isEmail,
  /** Odoo takes the whole address where the domain is one that many share (crm, iap). */
  'email-domain': (column: string) => `(${isEmail(column)} OR ${isBlankOr(column, `@${RESERVED_DOMAIN}`)})`,
  login: (column: string) => `(${isLogin(column)} OR ${isSystemLogin(column)})`,
  signature: (column: string) => isBlankOr(column, `<div>(${PSEUDONYM}|${SYSTEM})</div>`),
  phone: isPhone,
  street: (column: string) => isBlankOr(column, 'Example Street [0-9]+'),
  city: (column: string) => isBlankOr(column, 'Example City'),
  zip: (column: string) => isBlankOr(column, '0+'),
  account: isAccountNumber,
  /** The document's own number, which Odoo proposes, or nothing but digits, as in structured references. */
  'payment-reference': (column: string) =>
    `(${isTitle(column)} OR ${text(column)} = t.name OR ${text(column)} ~ '^(RF|[+]{3}|[*]{3})?[-/ 0-9]+([+]{3}|[*]{3})?$')`,
  /** Odoo puts it together of maker, model and plate (fleet/models/fleet_vehicle.py). */
  'vehicle-name': (column: string) => isBlankOr(column, '.*/No Plate'),
} as const satisfies Record<string, (column: string) => string>;

export type Shape = keyof typeof SHAPES;
