import { nationalNumber } from './calling-codes.ts';
import type { Form, Kind } from './fingerprint.ts';
import { SHORTEST_CODE } from './quick-hash.ts';
import { foldedWords } from './special.ts';

/** Longer names and streets are known by their first words. */
export const MOST_WORDS = 6;
export const LONGEST_CODE = 34;
/** A number of fewer digits is some number of every database. */
const STRONG_DIGITS = 9;
const STRONG_LETTERS = 6;
/** One word of fewer letters occurs anywhere. */
export const SHORTEST_WORD = 5;

/**
 * The normalized forms by which a value is found again. None for what is no value of its kind, is too short to mean
 * anything, or is at a domain that RFC 2606 and 6761 keep from being anyone's.
 */
export function formsOf(kind: Kind, value: string): Form[] {
  switch (kind) {
    case 'email':
      return emailForms(value);
    case 'phone':
      return phoneForms(value);
    case 'name':
      return nameForms(value);
    case 'street':
      return wordForms('street', wordsOf(value));
    default:
      return codeForms(kind, value);
  }
}

/** Numbers and codes are compared without the zeros that they begin with: trunk prefixes, padding. */
export const withoutZeros = (text: string) => text.replace(/^0+/, '');

const encoder = new TextEncoder();

export function wordsOf(value: string): string[] {
  const bytes = encoder.encode(value);
  return foldedWords(bytes, 0, bytes.length, false);
}

const RESERVED = /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost)$/;

function emailForms(value: string): Form[] {
  const addresses =
    value.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}._+~'-]*@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+/gu) ?? [];
  return addresses
    .filter((address) => !RESERVED.test(address.slice(address.indexOf('@') + 1)))
    .map((text) => ({ kind: 'email', family: 'email', text, strong: true }));
}

/** North American numbers of exchange 555, which nobody is given: those of Odoo's demo data and templates. */
const UNASSIGNED = /^(\+1)?[2-9]\d\d555\d{4}$/;

/** As it is dialled from abroad and at home, without leading zeros; `+49 (0)4131 …` has both. */
function phoneForms(value: string): Form[] {
  // Two numbers in one field, an extension behind it.
  return value.split(/[;,|\n]|\b(?:or|und|oder|ext|x)\b/i).flatMap((part) => {
    const international = /^\s*(\+|00)/.test(part);
    const digits = withoutZeros(part.replace(/\(0\)/, '').replace(/\D/g, ''));
    if (UNASSIGNED.test(international ? `+${digits}` : part.replace(/\D/g, ''))) return [];
    const national = international ? nationalNumber(digits) : undefined;
    return [digits, ...(national === undefined ? [] : [national])]
      .filter((text) => text.length >= SHORTEST_CODE && text.length <= 15)
      .map((text) => ({ kind: 'phone' as const, family: 'code' as const, text, strong: text.length >= STRONG_DIGITS }));
  });
}

/** Also with ä as ae, and "Family, Given". */
function nameForms(value: string): Form[] {
  const words = wordsOf(value);
  const [first, second] = words;
  const reversed = words.length === 2 && first !== undefined && second !== undefined ? [[second, first]] : [];
  const spelled = value.replace(/[äöü]/gi, (letter) => `${letter.normalize('NFKD').charAt(0)}e`);
  const written = spelled === value ? [] : [wordsOf(spelled)];
  return [words, ...reversed, ...written].flatMap((each) => wordForms('name', each));
}

function wordForms(kind: 'name' | 'street', all: readonly string[]): Form[] {
  const words = all.slice(0, MOST_WORDS);
  const text = words.join(' ');
  if (words.length === 0 || (words.length === 1 && text.length < SHORTEST_WORD)) return [];
  const letters = text.replace(/\P{L}/gu, '').length;
  // Three ideographs say as much as six letters.
  const enough = letters >= (/[\u3040-\u30ff\u3400-\u9fff]/.test(text) ? 3 : STRONG_LETTERS);
  const strong = words.length > 1 && enough && (kind === 'name' || /\d/.test(text));
  return [{ kind, family: 'words', text, strong }];
}

function codeForms(kind: Kind, value: string): Form[] {
  const text = withoutZeros(wordsOf(value).join(''));
  const forms = [
    text,
    ...(kind === 'tax-id'
      ? [withoutZeros(text.replace(/^[a-z]{2}(?=\d)/, '')), text.replace(/(?<=\d)[a-z]{3,}$/, '')]
      : []),
  ];
  return [...new Set(forms)]
    .filter((each) => each.length >= SHORTEST_CODE && each.length <= LONGEST_CODE && /\d/.test(each))
    .filter((each) => /^[a-z0-9]+$/.test(each))
    .map((each) => ({
      kind,
      family: 'code',
      text: each,
      strong: each.length > (/[a-z]/.test(each) ? 7 : STRONG_DIGITS),
    }));
}
