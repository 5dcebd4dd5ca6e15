import { MAC_LENGTH } from './fingerprint.ts';
import { ENTRY_LENGTH, readEntry } from './fingerprint-file.ts';

/** What several threads look up in: it lies in shared memory, once. */
export interface SharedIndex {
  entries: SharedArrayBuffer;
  lastWords: SharedArrayBuffer;
  bits: SharedArrayBuffer;
  slots: SharedArrayBuffer;
}

/** Blocks of 32 bits. */
const SMALLEST_LAST_WORDS = 1 << 11;
const LARGEST_LAST_WORDS = 1 << 18;
/** Of its bits, before it is halved: then one word in thirty passes that ends no name. */
const SPARSE = 1 / 11;
/** Two bits for each hash that any candidate may have. */
const BITS_AN_ENTRY = 20;
const SMALLEST_BITS = 1 << 16;

export function buildIndex(entries: Buffer): SharedIndex {
  const count = entries.length / ENTRY_LENGTH;
  const lastWords = new Int32Array(LARGEST_LAST_WORDS);
  const shift = shiftOf(lastWords);
  const bits = new Uint8Array(new SharedArrayBuffer(powerOfTwo(Math.max(count * BITS_AN_ENTRY, SMALLEST_BITS)) / 8));
  const slots = new Uint32Array(new SharedArrayBuffer(4 * powerOfTwo(count * 1.5 + 1)));
  for (let index = 0; index < count; index += 1) {
    const { hash, last, end } = readEntry(entries, index * ENTRY_LENGTH);
    lastWords[last >>> shift] = (lastWords[last >>> shift] ?? 0) | twoBits(last);
    setBits(bits, hash);
    setBits(bits, end);
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = index + 1;
  }
  return { entries: shared(entries), lastWords: halved(lastWords).buffer, bits: bits.buffer, slots: slots.buffer };
}

/** As small as it may be, to stay in a processor's cache: there most of a database ends. Neighbours share a block then. */
function halved(blocks: Int32Array): Int32Array<SharedArrayBuffer> {
  let halves = 0;
  const set = blocks.reduce((sum, block) => sum + bitsOf(block), 0);
  while (blocks.length >>> halves > SMALLEST_LAST_WORDS && set / (32 * (blocks.length >>> halves)) < SPARSE)
    halves += 1;
  const smaller = new Int32Array(new SharedArrayBuffer(4 * (blocks.length >>> halves)));
  blocks.forEach((block, index) => {
    smaller[index >>> halves] = (smaller[index >>> halves] ?? 0) | block;
  });
  return smaller;
}

function bitsOf(block: number): number {
  let bits = 0;
  for (let rest = block; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

function shared(entries: Buffer): SharedArrayBuffer {
  const { buffer } = entries;
  if (buffer instanceof SharedArrayBuffer && buffer.byteLength === entries.length) return buffer;
  const copy = new SharedArrayBuffer(entries.length);
  Buffer.from(copy).set(entries);
  return copy;
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}

/** The highest bits of a hash are its block. */
function shiftOf(blocks: Int32Array): number {
  return Math.clz32(blocks.length - 1);
}

/** The bits of a hash within its block. */
export function twoBits(hash: number): number {
  return (1 << (hash & 31)) | (1 << ((hash >>> 5) & 31));
}

const second = (hash: number) => Math.imul(hash, 0x9e3779b1) >>> 7;

function setBits(bits: Uint8Array, hash: number): void {
  const mask = bits.length * 8 - 1;
  for (const bit of [hash & mask, second(hash) & mask]) bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
}

export interface Match {
  kind: number;
  strong: boolean;
}

export class FingerprintIndex {
  /** Asked for each word there is: a word ends no name if its block, `hash >>> lastWordShift`, lacks one of its two bits. */
  readonly lastWords: Int32Array;
  readonly lastWordShift: number;
  readonly #bits: Uint8Array;
  readonly #mask: number;
  readonly #slots: Uint32Array;
  readonly #entries: Buffer;

  constructor(shared: SharedIndex) {
    this.lastWords = new Int32Array(shared.lastWords);
    this.lastWordShift = shiftOf(this.lastWords);
    this.#bits = new Uint8Array(shared.bits);
    this.#mask = this.#bits.length * 8 - 1;
    this.#slots = new Uint32Array(shared.slots);
    this.#entries = Buffer.from(shared.entries);
  }

  /** Whether there may be a fingerprint of this quick hash, or one whose end has it. */
  maybe(hash: number): boolean {
    const first = hash & this.#mask;
    if (((this.#bits[first >>> 3] as number) & (1 << (first & 7))) === 0) return false;
    const other = second(hash) & this.#mask;
    return ((this.#bits[other >>> 3] as number) & (1 << (other & 7))) !== 0;
  }

  /** The fingerprint of this quick hash that has the HMAC that `mac` computes; asked only if there is such a hash. */
  find(hash: number, mac: () => Buffer): Match | undefined {
    const slots = this.#slots;
    let wanted: Buffer | undefined;
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const index = (slots[slot] ?? 0) - 1;
      if (index < 0) return undefined;
      const at = index * ENTRY_LENGTH;
      if (this.#entries.readInt32LE(at + MAC_LENGTH) !== hash) continue;
      wanted ??= mac();
      if (this.#entries.compare(wanted, 0, MAC_LENGTH, at, at + MAC_LENGTH) !== 0) continue;
      const { kind, strong } = readEntry(this.#entries, at);
      return { kind, strong };
    }
  }
}
