import { BREAK, BYTE_CLASS, foldCodePoint, standsAlone } from './fold.ts';

/** What stands at a byte that is no plain letter: `next` is where to go on. */
export interface Special {
  next: number;
  /** Letters that go on with the word, `''` for none, `' '` where the word ends. */
  folded: string;
  /** A word of its own: the one before it ends here. */
  alone: boolean;
  /** An @, in whatever disguise. */
  at: boolean;
}

export const AT = 0x40;
const AMPERSAND = 0x26;
export const BACKSLASH = 0x5c;
export const PERCENT = 0x25;
export const TAG = 0x3c;
const TAG_END = 0x3e;
const SLASH = 0x2f;
const LONGEST_TAG = 16;
const MARKS = /^([a-z])(uml|acute|grave|circ|tilde|ring|cedil|caron|slash|strok|breve|macr|ogon|dot|dblac)$/i;
const LIGATURES: Readonly<Record<string, string>> = {
  szlig: 'ss',
  aelig: 'ae',
  oelig: 'oe',
  shy: '',
  zwj: '',
  zwnj: '',
};

/**
 * Reads one character at a byte of class SPECIAL: UTF-8, an HTML entity, a URL's %XX, and with `escapes` those of JSON.
 * `into` is filled and returned, as this is asked often.
 */
export function readSpecial(bytes: Uint8Array, at: number, end: number, escapes: boolean, into: Special): Special {
  into.alone = false;
  into.at = false;
  into.folded = ' ';
  into.next = at + 1;
  const byte = bytes[at] ?? 0;
  if (byte >= 0x80) return character(decodeUtf8(bytes, at, end), into);
  if (byte === AT) into.at = true;
  else if (byte === AMPERSAND) entity(bytes, at, end, into);
  else if (byte === PERCENT) percent(bytes, at, end, into);
  else if (byte === TAG) into.next = afterTag(bytes, at, end);
  else if (byte === BACKSLASH && escapes) escaped(bytes, at, end, into);
  return into;
}

interface Decoded {
  codePoint: number;
  next: number;
}
const decoded: Decoded = { codePoint: 0, next: 0 };

/** One character of UTF-8; what is none reads as a break of one byte. */
function decodeUtf8(bytes: Uint8Array, at: number, end: number): Decoded {
  const first = bytes[at] ?? 0;
  const length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  decoded.codePoint = 0x20;
  decoded.next = at + 1;
  if (length === 1 || first >= 0xf5 || at + length > end) return decoded;
  let codePoint = first & (0x7f >> length);
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return decoded;
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return decoded;
  decoded.codePoint = codePoint;
  decoded.next = at + length;
  return decoded;
}

function character({ codePoint, next }: Decoded, into: Special): Special {
  into.next = next;
  into.at = codePoint === AT;
  into.alone = standsAlone(codePoint);
  into.folded = foldCodePoint(codePoint);
  return into;
}

/** `&#252;`, `&#xFC;`, `&uuml;`; any other entity is a break, not a word of its own. */
function entity(bytes: Uint8Array, at: number, end: number, into: Special): void {
  const text = ascii(bytes, at + 1, Math.min(end, at + 40)).replace(/^(amp;)+/, (again) => {
    into.next += again.length;
    return '';
  });
  const [whole = '', decimal, hex, name = ''] = /^(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/i.exec(text) ?? [];
  if (whole === '') return;
  into.next += whole.length;
  const number = decimal === undefined ? Number.parseInt(hex ?? '20', 16) : Number(decimal);
  const letter = MARKS.exec(name)?.[1]?.toLowerCase() ?? LIGATURES[name.toLowerCase()];
  if (letter !== undefined) into.folded = letter;
  else if (number <= 0x10ffff) character({ codePoint: number, next: into.next }, into);
}

/** Behind a tag without attributes, `<b>` or `</strong>`: its name is no word between two others. */
export function afterTag(bytes: Uint8Array, at: number, end: number): number {
  const last = Math.min(end, at + LONGEST_TAG);
  for (let from = at + 1; from < last; from += 1) {
    const byte = bytes[from] ?? 0;
    if (byte === TAG_END) return from + 1;
    if ((BYTE_CLASS[byte] ?? 0) <= 1 && byte !== SLASH) break;
  }
  return at + 1;
}

const octets = new Uint8Array(4);

function percent(bytes: Uint8Array, at: number, end: number, into: Special): void {
  let length = 0;
  for (let from = at; length < 4 && from + 2 < end && bytes[from] === PERCENT; from += 3) {
    const octet = /^[0-9a-f]{2}$/i.test(ascii(bytes, from + 1, from + 3))
      ? Number.parseInt(ascii(bytes, from + 1, from + 3), 16)
      : undefined;
    if (octet === undefined) break;
    octets[length] = octet;
    length += 1;
    if (octet < 0x80) break;
  }
  if (length === 0) return;
  const { codePoint, next } =
    (octets[0] ?? 0) < 0x80 ? { codePoint: octets[0] ?? 0, next: 1 } : decodeUtf8(octets, 0, length);
  character({ codePoint, next: at + 3 * next }, into);
}

/** `\n` and `\u00fc`, also where JSON lies within JSON and the backslashes are doubled. */
function escaped(bytes: Uint8Array, at: number, end: number, into: Special): void {
  let from = at;
  while (from < end && bytes[from] === BACKSLASH) from += 1;
  into.next = from;
  const letter = String.fromCharCode(bytes[from] ?? 0);
  if (from < end && 'bfnrt'.includes(letter)) into.next = from + 1;
  if (letter !== 'u') return;
  const [, high, low] =
    /^([0-9a-f]{4})(?:\\+u(d[c-f][0-9a-f]{2}))?/i.exec(ascii(bytes, from + 1, Math.min(end, from + 20))) ?? [];
  if (high === undefined) return;
  const unit = Number.parseInt(high, 16);
  const paired = unit >= 0xd800 && unit <= 0xdbff && low !== undefined;
  const codePoint = paired ? 0x10000 + ((unit - 0xd800) << 10) + (Number.parseInt(low, 16) - 0xdc00) : unit;
  const next = paired
    ? ascii(bytes, from, from + 20)
        .toLowerCase()
        .lastIndexOf(low) +
      from +
      4
    : from + 5;
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) into.next = next;
  else character({ codePoint, next }, into);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let index = from; index < to; index += 1) text += String.fromCharCode(bytes[index] ?? 0);
  return text;
}

const scratch: Special = { next: 0, folded: '', alone: false, at: false };

/** The words of a text, folded, as the scanner sees them. */
export function foldedWords(bytes: Uint8Array, start: number, end: number, escapes: boolean): string[] {
  const words: string[] = [];
  let word = '';
  const finish = () => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (let at = start; at < end; ) {
    const kind = BYTE_CLASS[bytes[at] ?? 0] ?? BREAK;
    if (kind > 1) {
      word += String.fromCharCode(kind);
      at += 1;
      continue;
    }
    if (kind === BREAK) {
      finish();
      at += 1;
      continue;
    }
    const { next, folded, alone } = readSpecial(bytes, at, end, escapes, scratch);
    if (alone || folded === ' ') finish();
    if (folded !== ' ') word += folded;
    if (alone) finish();
    at = next;
  }
  finish();
  return words;
}
