import { nationalNumber } from './calling-codes.ts';
import type { Family, FingerprintKeys } from './fingerprint.ts';
import type { FingerprintIndex, Match } from './fingerprint-index.ts';
import { BREAK, BYTE_CLASS } from './fold.ts';
import { LONGEST_CODE, MOST_WORDS, SHORTEST_CODE, SHORTEST_WORD, withoutZeros } from './forms.ts';
import { codeStep, mix, pairHash, phraseStep, wordStep } from './quick-hash.ts';
import { foldedWords, readSpecial, type Special } from './special.ts';

/** Told of every occurrence of a fingerprint's value. */
export type OnMatch = (kind: number, strong: boolean) => void;

const LETTER = 0x40;
const RING = 8;
const BACKSLASH = 0x5c;
const PLUS = 0x2b;
const ZERO = 0x30;
/** Digits alone may count anything; what is grouped, dialled, long or the whole value is a number of someone. */
const EVIDENT_LENGTH = 11;
/** Bytes that may stand between the groups of a number: space . - / ( ) + and no-break spaces. */
const GAP = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || ' .-/()+'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const WIDEST_GAP = 4;
/** Bytes of the local part of an address, of those that occur. */
const LOCAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[a-z0-9._+~'-]/i.test(String.fromCharCode(byte)) ? 1 : 0,
);
const DOMAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[a-z0-9.-]/i.test(String.fromCharCode(byte)) ? 1 : 0,
);
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;
const MOST_REMEMBERED = 20_000;

/**
 * Looks for fingerprints in bytes: words one after the other, numbers and codes however they are grouped, addresses.
 * Each word costs two look-ups of a bit, whatever the number of fingerprints; an HMAC is computed only where those and
 * the quick hash say that it may be one.
 */
export class Scanner {
  readonly #keys: FingerprintKeys;
  readonly #index: FingerprintIndex;
  readonly #onMatch: OnMatch;
  readonly #starts = new Int32Array(RING);
  readonly #ends = new Int32Array(RING);
  readonly #hashes = new Int32Array(RING);
  readonly #special: Special = { next: 0, folded: '', alone: false, at: false };
  readonly #macs = new Map<string, Buffer>();

  constructor(keys: FingerprintKeys, index: FingerprintIndex, onMatch: OnMatch) {
    this.#keys = keys;
    this.#index = index;
    this.#onMatch = onMatch;
  }

  /** One value. `json` says that backslashes escape; elsewhere both readings are tried. */
  scan(bytes: Uint8Array, start: number, end: number, json = false): void {
    if (this.#pass(bytes, start, end, true) && !json) this.#pass(bytes, start, end, false);
  }

  /** Whether a backslash was met. */
  #pass(bytes: Uint8Array, start: number, end: number, escapes: boolean): boolean {
    const seed = this.#keys.quick.word;
    const pairKey = this.#keys.quick.pair;
    const bits = this.#index.bits;
    const mask = this.#index.mask;
    const starts = this.#starts;
    const ends = this.#ends;
    const hashes = this.#hashes;
    const special = this.#special;
    let backslash = false;
    let words = 0;
    let previous = 0;
    let at = start;
    while (at < end) {
      let unit = BYTE_CLASS[bytes[at] as number] as number;
      if (unit === BREAK) {
        at += 1;
        continue;
      }
      const begin = at;
      let hash = seed;
      let all = LETTER;
      let length = 0;
      for (;;) {
        while (unit > 1) {
          hash = wordStep(hash, unit);
          all &= unit;
          length += 1;
          at += 1;
          if (at === end) break;
          unit = BYTE_CLASS[bytes[at] as number] as number;
        }
        if (at === end || unit === BREAK) break;
        if (bytes[at] === BACKSLASH) backslash = true;
        readSpecial(bytes, at, end, escapes, special);
        if (special.at) this.#email(bytes, start, at, special.next, end);
        // A character that is a word of its own ends the word before it, and is read again.
        if (special.alone && length > 0) break;
        const { folded } = special;
        if (folded === ' ') {
          if (length === 0) at = special.next;
          break;
        }
        at = special.next;
        for (let index = 0; index < folded.length; index += 1) {
          const code = folded.charCodeAt(index);
          hash = wordStep(hash, code);
          all &= code < 0x80 ? code : LETTER;
          length += 1;
        }
        if (special.alone || at >= end) break;
        unit = BYTE_CLASS[bytes[at] as number] as number;
      }
      if (length === 0) continue;
      const place = words & (RING - 1);
      starts[place] = begin;
      ends[place] = at;
      hashes[place] = hash;
      words += 1;
      if (words > 1) {
        const both = pairHash(pairKey, previous, hash);
        const bit = both & mask;
        if (((bits[bit >>> 3] as number) & (1 << (bit & 7))) !== 0 && this.#index.maybe(both)) {
          this.#phrases(bytes, words, escapes);
        }
      }
      if ((all & LETTER) === 0) this.#codes(bytes, start, at, end);
      else if (length >= SHORTEST_WORD) this.#word(bytes, hash, begin, at, escapes);
      previous = hash;
    }
    return backslash;
  }

  #word(bytes: Uint8Array, word: number, begin: number, end: number, escapes: boolean): void {
    const hash = mix(phraseStep(this.#keys.quick.phrase, word));
    if (this.#mayBe(hash)) this.#confirm('words', hash, () => foldedWords(bytes, begin, end, escapes).join(''));
  }

  /** The last two words end some name: is it one of two words, or of three, … */
  #phrases(bytes: Uint8Array, words: number, escapes: boolean): void {
    let phrase = this.#keys.quick.phrase;
    for (let first = words - 1; first >= Math.max(words - MOST_WORDS, 0); first -= 1) {
      phrase = phraseStep(phrase, this.#hashes[first & (RING - 1)] as number);
      const hash = mix(phrase);
      if (first < words - 1 && this.#mayBe(hash)) {
        this.#confirm('words', hash, () => this.#phraseText(bytes, first, words, escapes));
      }
    }
  }

  #phraseText(bytes: Uint8Array, first: number, words: number, escapes: boolean): string {
    const texts: string[] = [];
    for (let each = first; each < words; each += 1) {
      const place = each & (RING - 1);
      texts.push(foldedWords(bytes, this.#starts[place] as number, this.#ends[place] as number, escapes).join(''));
    }
    return texts.join(' ');
  }

  /** Numbers and codes that end where this word ends; read backwards, so that any grouping yields the same hash. */
  #codes(bytes: Uint8Array, start: number, wordEnd: number, end: number): void {
    let hash = this.#keys.quick.code;
    // Without the zeros that it begins with.
    let significant = hash;
    let length = 0;
    let digits = 0;
    let gap = 0;
    let groups = 1;
    for (let at = wordEnd - 1; at >= start; at -= 1) {
      const byte = bytes[at] as number;
      const unit = BYTE_CLASS[byte] as number;
      if (unit > 1) {
        if (gap > 0) groups += 1;
        gap = 0;
        hash = codeStep(hash, unit);
        digits += 1;
        if (digits > LONGEST_CODE) return;
        if (unit !== ZERO) {
          significant = hash;
          length = digits;
        }
        if (length < SHORTEST_CODE || (at > start && (BYTE_CLASS[bytes[at - 1] as number] as number) > 1)) continue;
        const whole = mix(significant);
        if (this.#mayBe(whole)) this.#code(bytes, start, at, wordEnd, end, whole, groups);
        if (at > start ? bytes[at - 1] === PLUS : false) this.#abroad(bytes, at, wordEnd);
        else if (byte === ZERO && bytes[at + 1] === ZERO) this.#abroad(bytes, at, wordEnd);
        continue;
      }
      gap += 1;
      if (gap > WIDEST_GAP || GAP[byte] === 0) return;
    }
  }

  #code(bytes: Uint8Array, start: number, from: number, to: number, end: number, hash: number, groups: number): void {
    if (looksLikeDate(bytes, from, to)) return;
    const text = codeText(bytes, from, to);
    const evident =
      text.length >= EVIDENT_LENGTH ||
      groups > 1 ||
      /^0|[a-z]/.test(text) ||
      (from === start ? to === end : bytes[from - 1] === PLUS);
    this.#confirm('code', hash, () => withoutZeros(text), evident);
  }

  /** `+49 4131 …`, where production may have written 04131 …. */
  #abroad(bytes: Uint8Array, from: number, to: number): void {
    const text = codeText(bytes, from, to);
    const national = nationalNumber(withoutZeros(text));
    if (national.length < SHORTEST_CODE || !/^\d+$/.test(text)) return;
    const hash = this.#keys.quick.codeOf(national);
    if (this.#mayBe(hash)) this.#confirm('code', hash, () => national);
  }

  #email(bytes: Uint8Array, start: number, at: number, after: number, end: number): void {
    let from = at;
    while (from > start && at - from < LONGEST_LOCAL && LOCAL[bytes[from - 1] as number] === 1) from -= 1;
    let to = after;
    while (to < end && to - after < LONGEST_DOMAIN && DOMAIN[bytes[to] as number] === 1) to += 1;
    while (to > after && !isWordByte(bytes[to - 1])) to -= 1;
    if (to === after) return;
    const domain = Buffer.from(bytes.subarray(after, to)).toString('utf8').toLowerCase();
    // What stands before an address may belong to an escape: \n, \u003c, %3A.
    const before = from > start ? bytes[from - 1] : 0;
    const skips = before === BACKSLASH ? [0, 1, 5] : before === 0x25 ? [0, 2] : [0];
    for (const skip of skips) {
      let first = from + skip;
      while (first < at && !isWordByte(bytes[first])) first += 1;
      if (first >= at) continue;
      const local = Buffer.from(bytes.subarray(first, at)).toString('utf8').toLowerCase();
      const text = `${local}@${domain}`;
      const hash = this.#keys.quick.emailOf(Buffer.from(text));
      if (this.#mayBe(hash)) this.#confirm('email', hash, () => text);
    }
  }

  #mayBe(hash: number): boolean {
    const bit = hash & this.#index.mask;
    return ((this.#index.bits[bit >>> 3] as number) & (1 << (bit & 7))) !== 0 && this.#index.maybe(hash);
  }

  #confirm(family: Family, hash: number, text: () => string, evident = true): void {
    const match: Match | undefined = this.#index.find(hash, () => this.#mac(family, text()));
    if (match !== undefined) this.#onMatch(match.kind, match.strong && evident);
  }

  /** A column that was left as it is repeats itself. */
  #mac(family: Family, text: string): Buffer {
    const known = this.#macs.get(`${family}${text}`);
    if (known !== undefined) return known;
    const mac = this.#keys.mac(family, text);
    if (this.#macs.size >= MOST_REMEMBERED) this.#macs.clear();
    this.#macs.set(`${family}${text}`, mac);
    return mac;
  }
}

function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && (byte >= 0x80 || (BYTE_CLASS[byte] ?? 0) > 1);
}

function codeText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += 1) {
    const unit = BYTE_CLASS[bytes[at] ?? 0] ?? 0;
    if (unit > 1) text += String.fromCharCode(unit);
  }
  return text;
}

/** `2024-01-31 10`, `31.12.2024`: the digits of a moment. */
function looksLikeDate(bytes: Uint8Array, from: number, to: number): boolean {
  const text = Buffer.from(bytes.subarray(from, Math.min(to, from + 24))).toString('latin1');
  return /^((19|20)\d\d[-/.][01]?\d[-/.][0-3]?\d|[0-3]?\d[-/.][0-3]?\d[-/.](19|20)\d\d)(\D|$)/.test(text);
}
