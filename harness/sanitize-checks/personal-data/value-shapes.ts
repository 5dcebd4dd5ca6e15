import { EMAIL_ADDRESS, FICTIONAL_PHONE } from '../anonymized-shape.ts';

/** What personal values look like wherever they stand. Postgres alone looks at values, and counts. */
export interface ValueShape {
  /** What a finding says: "email addresses". */
  name: string;
  /** SQL over a text. */
  matches(text: string): string;
  /** An address is found within a longer text too; a number is the whole value. */
  kind: 'address' | 'number';
  /** The least share of a column's values: what a few values look like by chance is no finding. */
  share: number;
}

/** A longer text is no field with a number in it. */
export const LONGEST_FIELD = 48;
const LONGEST_TEXT = 20_000;

const bare = (text: string) => `regexp_replace(${text}, '[ .-]', '', 'g')`;
const digitsOf = (text: string) => `regexp_replace(${text}, '[^0-9]', '', 'g')`;

/** ISO 7064 MOD 97-10 over letters as numbers: account numbers of ISO 13616. */
const hasIbanCheckDigits = (text: string) =>
  `(SELECT string_agg(CASE WHEN c ~ '[0-9]' THEN c ELSE (ascii(c) - 55)::text END, '' ORDER BY i)::numeric % 97 = 1
      FROM regexp_split_to_table(substr(${bare(text)}, 5) || left(${bare(text)}, 4), '') WITH ORDINALITY AS each(c, i))`;

/** ISO/IEC 7812: card numbers. */
const hasLuhnDigit = (text: string) =>
  `(SELECT sum(CASE WHEN i % 2 = 1 THEN d ELSE d * 2 - 9 * (d > 4)::int END) % 10 = 0
      FROM (SELECT c::int AS d, i FROM regexp_split_to_table(reverse(${digitsOf(text)}), '') WITH ORDINALITY AS each(c, i)) digits)`;

/** Value-added tax numbers as the European Commission lists them (VIES), with their country in front. */
const VAT =
  'ATU[0-9]{8}|BE[01][0-9]{9}|BG[0-9]{9,10}|CY[0-9]{8}[A-Z]|CZ[0-9]{8,10}|DE[0-9]{9}|DK[0-9]{8}|EE[0-9]{9}|EL[0-9]{9}|ES[A-Z0-9][0-9]{7}[A-Z0-9]|FI[0-9]{8}|FR[A-Z0-9]{2}[0-9]{9}|HR[0-9]{11}|HU[0-9]{8}|IE[0-9][A-Z0-9+*][0-9]{5}[A-Z]{1,2}|IT[0-9]{11}|LT([0-9]{9}|[0-9]{12})|LU[0-9]{8}|LV[0-9]{11}|MT[0-9]{8}|NL[0-9]{9}B[0-9]{2}|PL[0-9]{10}|PT[0-9]{9}|RO[0-9]{6,10}|SE[0-9]{12}|SI[0-9]{8}|SK[0-9]{10}|XI[0-9]{9}|GB[0-9]{9}|CHE[0-9]{9}(MWST|TVA|IVA)?';

/** US social security, Spain's DNI and NIE, Italy's codice fiscale, Britain's NINO, Switzerland's AHV, Brazil's CPF. */
const NATIONAL_ID =
  '[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9XYZ][0-9]{7}[A-HJ-NP-TV-Z]|[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]|[A-CEGHJ-PR-TW-Z]{2} ?([0-9]{2} ?){3}[A-D]|756[.]?[0-9]{4}[.]?[0-9]{4}[.]?[0-9]{2}|[0-9]{3}[.][0-9]{3}[.][0-9]{3}-[0-9]{2}';

/** With its country in front, or as written within a country: a zero and groups. */
const PHONE = '([+]|00)[1-9][0-9 ()./-]{6,22}|[(]?0[1-9][0-9]{1,4}[)]?[ /-]{1,3}[0-9][0-9 /-]{4,12}';

const field = (text: string, condition: string) =>
  `CASE WHEN length(${text}) <= ${LONGEST_FIELD} THEN ${condition} ELSE false END`;

export const VALUE_SHAPES: readonly ValueShape[] = [
  {
    name: 'email addresses',
    kind: 'address',
    share: 0,
    matches: (text) =>
      `CASE WHEN strpos(${text}, '@') > 0 THEN EXISTS (
         SELECT FROM regexp_matches(left(${text}, ${LONGEST_TEXT}), '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)*[.][A-Za-z]{2,}', 'g') AS found
          WHERE found[1] !~ '^${EMAIL_ADDRESS}$') ELSE false END`,
  },
  {
    name: 'phone numbers',
    kind: 'number',
    share: 0.3,
    matches: (text) =>
      field(
        text,
        `btrim(${text}) ~ '^(${PHONE})$' AND length(${digitsOf(text)}) BETWEEN 7 AND 15 AND ${digitsOf(text)} !~ '^(00)?(${FICTIONAL_PHONE})$'`,
      ),
  },
  {
    name: 'bank accounts (IBAN)',
    kind: 'number',
    share: 0,
    matches: (text) =>
      field(
        text,
        `CASE WHEN ${bare(text)} ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$' AND ${bare(text)} !~ '^[A-Z]{2}[0-9]{2}0{8}[0-9]{10}$'
              THEN ${hasIbanCheckDigits(text)} ELSE false END`,
      ),
  },
  {
    name: 'card numbers',
    kind: 'number',
    share: 0,
    matches: (text) =>
      field(text, `CASE WHEN ${text} ~ '^[3-6][0-9]{3}([ -]?[0-9]{4}){3}$' THEN ${hasLuhnDigit(text)} ELSE false END`),
  },
  { name: 'VAT numbers', kind: 'number', share: 0.3, matches: (text) => field(text, `${bare(text)} ~ '^(${VAT})$'`) },
  {
    name: 'national identity numbers',
    kind: 'number',
    share: 0.3,
    matches: (text) => field(text, `btrim(${text}) ~ '^(${NATIONAL_ID})$'`),
  },
];
