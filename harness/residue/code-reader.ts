import { callingCodeLength, nationalNumber } from './calling-codes.ts';
import type { Confirm } from './confirm.ts';
import type { FingerprintIndex } from './fingerprint-index.ts';
import { BYTE_CLASS } from './fold.ts';
import { LONGEST_CODE, withoutZeros } from './forms.ts';
import { codeStep, mix, type QuickHash, SHORTEST_CODE } from './quick-hash.ts';

const PLUS = 0x2b;
const ZERO = 0x30;
const NINE = 0x39;
/** Digits alone may count anything; what is grouped, dialled, long or the whole value is a number of someone. */
const EVIDENT_LENGTH = 11;
/** Bytes that may stand between the groups of a number: space . - / ( ) + and no-break spaces. */
const GAP = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || ' .-/()+'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const WIDEST_GAP = 4;

/** Numbers and codes, however they are grouped; read backwards, so that any grouping yields the same hash. */
export class CodeReader {
  readonly #quick: QuickHash;
  readonly #index: FingerprintIndex;
  readonly #confirm: Confirm;
  /** Of the last n letters and digits, without the zeros that they begin with. */
  readonly #suffixes = new Int32Array(LONGEST_CODE + 1);

  constructor(quick: QuickHash, index: FingerprintIndex, confirm: Confirm) {
    this.#quick = quick;
    this.#index = index;
    this.#confirm = confirm;
  }

  /** Those that end where this word ends. */
  read(bytes: Uint8Array, start: number, wordEnd: number, end: number): void {
    const suffixes = this.#suffixes;
    let hash = this.#quick.code;
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
        suffixes[digits] = significant;
        // Few numbers end like one that is looked for.
        if (digits === SHORTEST_CODE && !this.#index.maybe(mix(hash))) return;
        if (length < SHORTEST_CODE) continue;
        const before = at > start ? (bytes[at - 1] as number) : 0;
        if ((BYTE_CLASS[before] as number) > 1) continue;
        const whole = mix(significant);
        if (this.#index.maybe(whole)) this.#code(bytes, start, at, wordEnd, end, whole, groups);
        if (before === PLUS || (byte === ZERO && bytes[at + 1] === ZERO)) this.#abroad(bytes, at, wordEnd, length);
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

  /** `+49 4131 …`, where production may have written 04131 …. `length` counts the digits from the calling code on. */
  #abroad(bytes: Uint8Array, from: number, to: number, length: number): void {
    let at = from;
    const digit = () => {
      while (at < to && (BYTE_CLASS[bytes[at] as number] as number) <= 1) at += 1;
      const byte = bytes[at] as number;
      at += 1;
      return byte >= ZERO && byte <= NINE ? byte - ZERO : -1;
    };
    let first = digit();
    while (first === 0 && at < to) first = digit();
    const national = length - callingCodeLength(first, digit());
    if (national < SHORTEST_CODE) return;
    const hash = mix(this.#suffixes[national] as number);
    if (!this.#index.maybe(hash)) return;
    const text = codeText(bytes, from, to);
    if (/^\d+$/.test(text)) this.#confirm('code', hash, () => nationalNumber(withoutZeros(text)), true);
  }
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
