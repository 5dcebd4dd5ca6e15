import { createHash } from 'node:crypto';
import type { Writer } from './writer.ts';

/**
 * Makes the functions that turn a real value into its pseudonym, for the session's time. One value gives one
 * pseudonym wherever it stands, so a customer stays one customer across tables. RFC 2104 with SHA-256.
 */
export async function createPseudonymFunctions(writer: Writer, key: string): Promise<void> {
  const { inner, outer } = hmacPads(key);
  const define = (name: string, body: string) =>
    writer.run(`CREATE FUNCTION pg_temp.${name}(value text) RETURNS text LANGUAGE sql STABLE AS $body$ ${body} $body$`);
  await define(
    'code',
    `SELECT left(encode(sha256('\\x${outer}'::bytea || sha256('\\x${inner}'::bytea
       || convert_to(lower(btrim(value)), 'UTF8'))), 'hex'), 12)`,
  );
  await define('number', `SELECT (('x0' || substr(pg_temp.code(value), 1, 7))::bit(32)::int)::text`);
}

function hmacPads(key: string): { inner: string; outer: string } {
  const block = Buffer.alloc(64);
  const bytes = Buffer.from(key, 'utf8');
  (bytes.length > 64 ? createHash('sha256').update(bytes).digest() : bytes).copy(block);
  const xor = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString('hex');
  return { inner: xor(0x36), outer: xor(0x5c) };
}

const coded = (column: string) => `pg_temp.code(${column}::text)`;
const numbered = (column: string) => `pg_temp.number(${column}::text)::int`;
/** NULL and empty stay what they are: nobody is made up. */
const unlessEmpty = (column: string, value: string) => `CASE WHEN ${column} <> '' THEN ${value} ELSE ${column} END`;

export const person = (column: string) => unlessEmpty(column, `'Person ' || upper(${coded(column)})`);
export const company = (column: string) => unlessEmpty(column, `'Company ' || upper(${coded(column)})`);
export const email = (column: string) => unlessEmpty(column, `'contact-' || ${coded(column)} || '@example.com'`);
export const titled = (word: string, column: string) => unlessEmpty(column, `'${word} ' || upper(${coded(column)})`);
export const street = (column: string) => unlessEmpty(column, `'Example Street ' || (1 + ${numbered(column)} % 200)`);
export const city = (column: string) => unlessEmpty(column, "'Example City'");
export const zip = (column: string) => unlessEmpty(column, "'00000'");

/** NANP 555-0100 to 555-0199, kept for fiction, in ten real area codes. */
const AREAS = "(ARRAY['202','212','303','312','404','415','503','602','617','702'])";
const subscriber = (column: string) => `lpad((${numbered(column)} / 10 % 100)::text, 2, '0')`;
const area = (column: string) => `${AREAS}[1 + ${numbered(column)} % 10]`;
/** Punctuation does not make another number. */
const digits = (column: string) => `regexp_replace(${column}, '[^0-9]', '', 'g')`;
export const phone = (column: string) =>
  unlessEmpty(column, `'+1 ' || ${area(digits(column))} || '-555-01' || ${subscriber(digits(column))}`);
export const phoneE164 = (column: string) => `'+' || ${digits(phone(column))}`;

/** ISO 13616 check digits over a German account at bank code 00000000, which no bank has. */
const account = (column: string) => `lpad(('x0' || substr(${coded(column)}, 1, 8))::bit(36)::bigint::text, 10, '0')`;
const checkDigits = (column: string) => `lpad((98 - (${account(column)} || '131400')::numeric % 97)::text, 2, '0')`;
export const iban = (column: string) =>
  unlessEmpty(column, `'DE' || ${checkDigits(column)} || '00000000' || ${account(column)}`);
