import { NotALiteral } from './not-a-literal.ts';

const SINGLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** How many hexadecimal digits follow. */
const HEXADECIMAL: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A string's text without its escapes (Python's reference, 2.5.1). Throws `NotALiteral`. */
export function unescapeString(body: string, bytes: boolean, line: number): string {
  if (!body.includes('\\')) return body;
  return body.replace(
    /\\([0-7]{1,3}|N\{[^}]*\}|[\s\S])([0-9a-fA-F]{0,8})/g,
    (whole, escaped: string, digits: string) => {
      if (/^[0-7]/.test(escaped)) return String.fromCodePoint(Number.parseInt(escaped, 8)) + digits;
      const length = bytes && escaped !== 'x' ? undefined : HEXADECIMAL[escaped];
      if (length !== undefined) return codePoint(digits, length, line) + digits.slice(length);
      if (escaped.startsWith('N') && !bytes)
        throw new NotALiteral(line, 'a character is written by its name; write the character itself');
      const meant = SINGLE[escaped];
      // What Python does not know it leaves as it is.
      return meant === undefined ? whole : meant + digits;
    },
  );
}

function codePoint(digits: string, length: number, line: number): string {
  const number = Number.parseInt(digits.slice(0, length), 16);
  if (digits.length < length || number > 0x10ffff) throw new NotALiteral(line, 'an escape that is none');
  return String.fromCodePoint(number);
}
