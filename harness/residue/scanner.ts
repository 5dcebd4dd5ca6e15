import { AddressReader } from './address-reader.ts';
import { CodeReader } from './code-reader.ts';
import type { Family, FingerprintKeys } from './fingerprint.ts';
import { type FingerprintIndex, twoBits } from './fingerprint-index.ts';
import { BREAK, BYTE_CLASS, SPECIAL } from './fold.ts';
import { MOST_WORDS, SHORTEST_WORD } from './forms.ts';
import { mix, pairHash, phraseStep, WORD_PRIME, wordStep } from './quick-hash.ts';
import { AT, afterTag, BACKSLASH, foldedWords, readSpecial, type Special, TAG } from './special.ts';

/** Told of every occurrence of a fingerprint's value. */
export type OnMatch = (kind: number, strong: boolean) => void;

const LETTER = 0x40;
const RING = 8;
const MOST_REMEMBERED = 20_000;

/**
 * Looks for fingerprints in bytes: words one after the other, numbers and codes however they are grouped, addresses.
 * A word that ends no name costs one look-up in a table that is small whatever the number of fingerprints; an HMAC is
 * computed only where the quick hash says that there may be one.
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
  readonly #codes: CodeReader;
  readonly #addresses: AddressReader;
  /** Of the word that is being read. */
  #hash = 0;
  #length = 0;
  #all = LETTER;
  #next = 0;
  /** Whether this value has a backslash. */
  #backslash = false;

  constructor(keys: FingerprintKeys, index: FingerprintIndex, onMatch: OnMatch) {
    this.#keys = keys;
    this.#index = index;
    this.#onMatch = onMatch;
    const confirm = this.#confirm.bind(this);
    this.#codes = new CodeReader(keys.quick, index, confirm);
    this.#addresses = new AddressReader(keys.quick, index, confirm);
  }

  /** One value. `json` says that backslashes escape; elsewhere both readings are tried. */
  scan(bytes: Uint8Array, start: number, end: number, json = false): void {
    this.#backslash = false;
    this.#pass(bytes, start, end, true);
    if (this.#backslash && !json) this.#pass(bytes, start, end, false);
  }

  #pass(bytes: Uint8Array, start: number, end: number, escapes: boolean): void {
    const seed = this.#keys.quick.word;
    const { lastWords, lastWordShift } = this.#index;
    const starts = this.#starts;
    const ends = this.#ends;
    const hashes = this.#hashes;
    let words = 0;
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
      while (unit > SPECIAL) {
        hash = Math.imul(hash ^ unit, WORD_PRIME);
        all &= unit;
        at += 1;
        if (at === end) break;
        unit = BYTE_CLASS[bytes[at] as number] as number;
      }
      let length = at - begin;
      let wordEnd = at;
      if (unit === SPECIAL) {
        if (bytes[at] === TAG) at = afterTag(bytes, at, end);
        else {
          this.#hash = hash;
          this.#all = all;
          this.#length = length;
          wordEnd = this.#rest(bytes, start, at, end, escapes);
          hash = this.#hash;
          all = this.#all;
          length = this.#length;
          at = this.#next;
        }
        if (length === 0) continue;
      } else at += 1;
      const place = words & (RING - 1);
      starts[place] = begin;
      ends[place] = wordEnd;
      hashes[place] = hash;
      words += 1;
      const bits = twoBits(hash);
      if (((lastWords[hash >>> lastWordShift] as number) & bits) === bits) this.#words(bytes, words, length, escapes);
      if ((all & LETTER) === 0) this.#codes.read(bytes, start, wordEnd, end);
    }
  }

  /** The rest of a word from a special byte on; where it ends, and in `#next` where to go on. */
  #rest(bytes: Uint8Array, start: number, from: number, end: number, escapes: boolean): number {
    const special = this.#special;
    let at = from;
    while (at < end) {
      const unit = BYTE_CLASS[bytes[at] as number] as number;
      if (unit > SPECIAL) {
        this.#add(unit);
        at += 1;
        continue;
      }
      const byte = bytes[at] as number;
      if (unit === BREAK || byte === TAG) break;
      if (byte === AT) {
        this.#addresses.read(bytes, start, at, at + 1, end);
        this.#next = at + 1;
        return at;
      }
      if (byte === BACKSLASH) this.#backslash = true;
      readSpecial(bytes, at, end, escapes, special);
      // A character that is a word of its own ends the word before it, and is read again.
      if (special.alone && this.#length > 0) break;
      const { folded, next } = special;
      if (special.at) this.#addresses.read(bytes, start, at, next, end);
      if (folded === ' ') {
        this.#next = next;
        return at;
      }
      for (let index = 0; index < folded.length; index += 1) this.#add(folded.charCodeAt(index));
      at = next;
      if (special.alone) break;
    }
    this.#next = at;
    return at;
  }

  #add(unit: number): void {
    this.#hash = wordStep(this.#hash, unit);
    if (unit < 0x80) this.#all &= unit;
    this.#length += 1;
  }

  /** The last word ends some name: is it one of this word, or of two words, or of three, … */
  #words(bytes: Uint8Array, words: number, length: number, escapes: boolean): void {
    const { quick } = this.#keys;
    const last = this.#hashes[(words - 1) & (RING - 1)] as number;
    let phrase = phraseStep(quick.phrase, last);
    if (length >= SHORTEST_WORD) this.#phrase(bytes, words - 1, words, mix(phrase), escapes);
    if (words === 1) return;
    const before = this.#hashes[(words - 2) & (RING - 1)] as number;
    if (!this.#index.maybe(pairHash(quick.pair, before, last))) return;
    for (let first = words - 2; first >= Math.max(words - MOST_WORDS, 0); first -= 1) {
      phrase = phraseStep(phrase, this.#hashes[first & (RING - 1)] as number);
      this.#phrase(bytes, first, words, mix(phrase), escapes);
    }
  }

  #phrase(bytes: Uint8Array, first: number, words: number, hash: number, escapes: boolean): void {
    if (this.#index.maybe(hash))
      this.#confirm('words', hash, () => this.#phraseText(bytes, first, words, escapes), true);
  }

  #phraseText(bytes: Uint8Array, first: number, words: number, escapes: boolean): string {
    const texts: string[] = [];
    for (let each = first; each < words; each += 1) {
      const place = each & (RING - 1);
      texts.push(foldedWords(bytes, this.#starts[place] as number, this.#ends[place] as number, escapes).join(''));
    }
    return texts.join(' ');
  }

  #confirm(family: Family, hash: number, text: () => string, evident: boolean): void {
    const match = this.#index.find(hash, () => this.#mac(family, text()));
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
