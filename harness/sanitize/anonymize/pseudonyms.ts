/*
 * What becomes of one value, as SQL: `value` is an expression of type text. NULL and empty stay what they are, nobody is
 * made up; and so does what is a pseudonym already, so that a second run changes nothing.
 */

const code = (value: string) => `pg_temp.code(${value})`;
const number = (value: string) => `pg_temp.number(${value})`;

/** Values that begin otherwise need no regular expression. */
const unlessMade = (value: string, begin: string, rest: string, pseudonym: string) =>
  `CASE WHEN ${value} = '' OR left(${value}, ${begin.length}) = '${begin}' AND substr(${value}, ${begin.length + 1}) ~ '^${rest}$'
        THEN ${value} ELSE ${pseudonym} END`;

export const titled = (word: string) => (value: string) =>
  unlessMade(value, `${word} `, '[0-9A-F]{12}', `'${word} ' || upper(${code(value)})`);
export const person = titled('Person');
export const company = titled('Company');

/** `"Anna" <anna@example.org>` is the address in it. */
const addressIn = (value: string) =>
  `CASE WHEN strpos(${value}, '<') > 0 THEN coalesce(substring(${value} from '<\\s*([^<>@\\s]+@[^<>\\s]+)\\s*>'), ${value}) ELSE ${value} END`;
export const email = (value: string) =>
  unlessMade(
    value,
    'contact-',
    '[0-9a-f]{12}@example[.]com',
    `'contact-' || ${code(addressIn(value))} || '@example.com'`,
  );

/** NANP 555-0100 to 555-0199, kept for fiction, in ten real area codes. */
const AREAS = "ARRAY['202','212','303','312','404','415','503','602','617','702']";
/** Punctuation does not make another number. */
const digits = (value: string) => `regexp_replace(${value}, '[^0-9]', '', 'g')`;
const fictional = (value: string, area: string, middle: string) =>
  `(SELECT '+1${area}' || (${AREAS})[1 + n % 10] || '${middle}' || lpad((n / 10 % 100)::text, 2, '0')
      FROM (SELECT ${number(digits(value))} AS n OFFSET 0) drawn)`;
/** Gives E.164 out of a pseudonym of a number. */
export const dialled = (pseudonym: string) => `translate(${pseudonym}, ' -', '')`;
export const phone = (value: string) =>
  unlessMade(value, '+1 ', '[2-7][0-9]{2}-555-01[0-9]{2}', fictional(value, ' ', '-555-01'));
/** The same number as Odoo stores it beside the one that was typed (ITU E.164). */
export const phoneE164 = (value: string) =>
  unlessMade(value, '+1', '[2-7][0-9]{2}55501[0-9]{2}', fictional(value, '', '55501'));

export const street = (value: string) =>
  unlessMade(value, 'Example Street ', '[0-9]+', `'Example Street ' || (1 + ${number(value)} % 200)`);
export const city = (value: string) => `CASE WHEN ${value} <> '' THEN 'Example City' ELSE ${value} END`;
export const zip = (value: string) => `CASE WHEN ${value} <> '' THEN '00000' ELSE ${value} END`;

/** An account at bank code 00000000, which no bank has, as a German IBAN with the check digits of ISO 13616. */
const bare = (value: string) => `regexp_replace(${value}, '[^A-Za-z0-9]', '', 'g')`;
export const iban = (value: string) =>
  unlessMade(
    value,
    'DE',
    '[0-9]{2}0{8}[0-9]{10}',
    `(SELECT 'DE' || lpad((98 - (n || '131400')::numeric % 97)::text, 2, '0') || '00000000' || n
        FROM (SELECT lpad(('x0' || left(${code(bare(value))}, 8))::bit(36)::bigint::text, 10, '0') AS n OFFSET 0) drawn
       WHERE n IS NOT NULL)`,
  );
export const printedIban = (value: string) => {
  const printed = `btrim(regexp_replace(${iban(bare(value))}, '(.{4})', '\\1 ', 'g'))`;
  return `CASE WHEN ${value} = '' THEN ${value} ELSE ${printed} END`;
};
