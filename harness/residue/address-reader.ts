import type { Confirm } from './confirm.ts';
import type { FingerprintIndex } from './fingerprint-index.ts';
import { BYTE_CLASS } from './fold.ts';
import { mix, type QuickHash, wordStep } from './quick-hash.ts';
import { AT, BACKSLASH, PERCENT } from './special.ts';

/** Bytes of the local part of an address, of those that occur. */
const LOCAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[a-z0-9._+~'-]/i.test(String.fromCharCode(byte)) ? 1 : 0,
);
const DOMAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[a-z0-9.-]/i.test(String.fromCharCode(byte)) ? 1 : 0,
);
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const ASCII_END = 0x80;

/** Email addresses, around their @. */
export class AddressReader {
  readonly #quick: QuickHash;
  readonly #index: FingerprintIndex;
  readonly #confirm: Confirm;

  constructor(quick: QuickHash, index: FingerprintIndex, confirm: Confirm) {
    this.#quick = quick;
    this.#index = index;
    this.#confirm = confirm;
  }

  /** The one whose @, in whatever disguise, is at `at`, and whose domain begins at `after`. */
  read(bytes: Uint8Array, start: number, at: number, after: number, end: number): void {
    let from = at;
    while (from > start && at - from < LONGEST_LOCAL && LOCAL[bytes[from - 1] as number] === 1) from -= 1;
    if (from === at) return;
    let to = after;
    while (to < end && to - after < LONGEST_DOMAIN && DOMAIN[bytes[to] as number] === 1) to += 1;
    while (to > after && !isWordByte(bytes[to - 1])) to -= 1;
    if (to === after) return;
    const before = from > start ? bytes[from - 1] : 0;
    this.#from(bytes, from, at, after, to);
    // What stands before an address may belong to an escape: \n, \u003c, %3A.
    if (before === BACKSLASH) {
      this.#from(bytes, from + 1, at, after, to);
      this.#from(bytes, from + 5, at, after, to);
    } else if (before === PERCENT) this.#from(bytes, from + 2, at, after, to);
  }

  #from(bytes: Uint8Array, from: number, at: number, after: number, to: number): void {
    let first = from;
    while (first < at && !isWordByte(bytes[first])) first += 1;
    if (first >= at) return;
    const text = () => `${lowerCase(bytes, first, at)}@${lowerCase(bytes, after, to)}`;
    const hash = this.#hash(bytes, first, at, after, to) ?? this.#quick.emailOf(Buffer.from(text()));
    if (this.#index.maybe(hash)) this.#confirm('email', hash, text, true);
  }

  /** Without making a string of it; nothing where letters beyond ASCII have a case. */
  #hash(bytes: Uint8Array, first: number, at: number, after: number, to: number): number | undefined {
    let hash = this.#quick.email;
    for (let index = first; index < to; index += 1) {
      if (index === at) {
        hash = wordStep(hash, AT);
        index = after;
      }
      const byte = bytes[index] as number;
      if (byte >= ASCII_END) return undefined;
      hash = wordStep(hash, byte >= UPPER_A && byte <= UPPER_Z ? byte | 0x20 : byte);
    }
    return mix(hash);
  }
}

function lowerCase(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('utf8').toLowerCase();
}

function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && (byte >= ASCII_END || (BYTE_CLASS[byte] ?? 0) > 1);
}
