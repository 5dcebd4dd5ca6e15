/** What a secret looks like, by name and by value. Values are looked at by Postgres alone. */

const WORD = /(^|_)(pass|pwd|secrets?|tokens?|bearer|credentials?|pin|pincode|otp|hmac|dsn|iban)($|_)/i;
const PART = /password|passwd|passphrase|passwort|api_?key|conn(ection)?_?string/i;
const KEY =
  /(^|_)(private|secret|access|signing|signature|encryption|licen[cs]e|auth|client|shared|account|consumer|app|master|session|webhook|developer)_?keys?($|_)/i;
/** `token_type`, `password_policy`: about a secret, not one. */
const ABOUT = /_(type|policy|mode|state|status|name|label|date|expiry|validity|help|hint|count|format|method|length)$/i;

/** Whether a column or parameter of this name holds a secret and nothing else. */
export function isNamedLikeASecret(name: string): boolean {
  return (WORD.test(name) || PART.test(name) || KEY.test(name)) && !ABOUT.test(name);
}

/** Formats that their makers gave to secrets, so that they are found: as a POSIX regular expression. */
const FORMATS = [
  '-----BEGIN [A-Z ]*PRIVATE KEY',
  '\\m[sr]k_live_[A-Za-z0-9]',
  '\\mwhsec_[A-Za-z0-9]',
  '\\mAKIA[0-9A-Z]{16}',
  '\\mgh[pousr]_[A-Za-z0-9]{20}',
  '\\mgithub_pat_[A-Za-z0-9]',
  '\\mglpat-[A-Za-z0-9_-]{16}',
  '\\mxox[abprs]-[A-Za-z0-9-]{10}',
  '\\mAIza[0-9A-Za-z_-]{30}',
  '\\mGOCSPX-[A-Za-z0-9_-]',
  '\\mSG\\.[A-Za-z0-9_-]{16,}\\.',
  '\\meyJ[A-Za-z0-9_-]{10,}\\.eyJ',
  '://[^/@:[:space:]"<>]{1,99}:[^/@:[:space:]"<>]{1,99}@',
  '(password|passwd|secret|api_?key|private_?key)"\\s*:\\s*"[^"]{6,}"',
];

/** Longer values are cut: what is meant is a secret in a field, not one in a book. */
const LOOKED_AT = 65_536;

/** SQL: the text holds something in one of those formats. */
export const hasKnownFormat = (text: string) =>
  `CASE WHEN octet_length(${text}) >= 16 THEN left(${text}, ${LOOKED_AT}) ~ '${FORMATS.join('|')}' ELSE false END`;

const BITS_PER_CHARACTER = 3.2;
const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** SQL: one long word of letters and digits, with more entropy (Shannon, of its own characters) than a word or a path has. */
export const looksDrawn = (text: string) =>
  `CASE WHEN octet_length(${text}) NOT BETWEEN 20 AND 512 THEN false
        WHEN ${text} !~ '^[A-Za-z0-9+/=_.~:$-]+$' OR ${text} !~ '([0-9].*){3}' THEN false
        WHEN ${text} !~ '[A-Za-z0-9]{16}|${UUID}' THEN false
        ELSE (SELECT -sum(share * ln(share)) / ln(2::numeric) FROM (
                SELECT count(*) / sum(count(*)) OVER () AS share FROM regexp_split_to_table(${text}, '') AS c GROUP BY c
              ) AS shares) > ${BITS_PER_CHARACTER} END`;

const NEUTRAL = "'^(|true|false|none|null|dummy[_a-z0-9]{0,16}|neutralized|copy-[0-9a-f]{32}|.*[+]disabled)$'";
/** Brackets, commas, keys, and values that are none. */
const EMPTY_JSON = `'[][{}, ]|"[^"]*": ?|""|null|false|true'`;

/** SQL: the value is there, and no placeholder. */
export function isFilled(text: string, kind: 'text' | 'json' | 'bytes'): string {
  if (kind === 'bytes') return `octet_length(${text}) > 2`;
  if (kind === 'json') return `regexp_replace(${text}, ${EMPTY_JSON}, '', 'g') <> ''`;
  return `btrim(${text}) !~* ${NEUTRAL}`;
}
