/** What a byte is to the scanner: nothing of a word, something to look at closely, or else its folded letter or digit. */
export const BREAK = 0;
export const SPECIAL = 1;

const SPECIAL_ASCII = '@&\\%<';

/** Byte → BREAK, SPECIAL, or the lower-case ASCII letter or digit that it stands for. */
export const BYTE_CLASS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return SPECIAL;
  const character = String.fromCharCode(byte);
  if (SPECIAL_ASCII.includes(character)) return SPECIAL;
  return /[a-z0-9]/i.test(character) ? character.toLowerCase().charCodeAt(0) : BREAK;
});

/** Letters that no decomposition takes apart. */
const WITHOUT_DECOMPOSITION: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
};

const cache = new Map<number, string>();

/**
 * A character without case and accents: letters and digits of its folded form, `''` for a mark that belongs to the
 * letter before it, `' '` for what ends a word.
 */
export function foldCodePoint(codePoint: number): string {
  const known = cache.get(codePoint);
  if (known !== undefined) return known;
  const folded = fold(String.fromCodePoint(codePoint));
  cache.set(codePoint, folded);
  return folded;
}

function fold(character: string): string {
  // Soft hyphen, joiners, byte order mark: invisible within a word.
  if (/^[\p{M}\p{Cf}]$/u.test(character)) return '';
  // Upper case first: that alone turns ß into two letters.
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase().normalize('NFKD');
  const letters = [...plain].map((each) => WITHOUT_DECOMPOSITION[each] ?? each).join('');
  return letters.replace(/[^\p{L}\p{N}]/gu, '') || ' ';
}

/** Scripts written without spaces: each character is a word of its own, so that a name within a sentence is found. */
export function standsAlone(codePoint: number): boolean {
  return (
    (codePoint >= 0x3040 && codePoint <= 0x30ff) ||
    (codePoint >= 0x3400 && codePoint <= 0x9fff) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0x20000 && codePoint <= 0x3ffff)
  );
}
