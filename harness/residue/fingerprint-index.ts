import { MAC_LENGTH } from './fingerprint.ts';
import { ENTRY_LENGTH, readEntry } from './fingerprint-file.ts';

/** What several threads look up in: it lies in shared memory, once. */
export interface SharedIndex {
  entries: SharedArrayBuffer;
  bits: SharedArrayBuffer;
  slots: SharedArrayBuffer;
}

/** A bit for each hash that any candidate may have, ten bits an entry: most of a database ends there. */
const BITS_AN_ENTRY = 20;
const SMALLEST_BITS = 1 << 16;

export function buildIndex(entries: Buffer): SharedIndex {
  const count = entries.length / ENTRY_LENGTH;
  const bits = new Uint8Array(new SharedArrayBuffer(powerOfTwo(Math.max(count * BITS_AN_ENTRY, SMALLEST_BITS)) / 8));
  const slots = new Uint32Array(new SharedArrayBuffer(4 * powerOfTwo(count * 2 + 1)));
  const copy = new Uint8Array(new SharedArrayBuffer(entries.length));
  copy.set(entries);
  for (let index = 0; index < count; index += 1) {
    const { hash, pair } = readEntry(entries, index * ENTRY_LENGTH);
    setBits(bits, hash);
    if (pair !== 0) setBits(bits, pair);
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = index + 1;
  }
  return { entries: copy.buffer, bits: bits.buffer, slots: slots.buffer };
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
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
  readonly bits: Uint8Array;
  /** Of the number of a bit. */
  readonly mask: number;
  readonly #slots: Uint32Array;
  readonly #entries: Buffer;

  constructor(shared: SharedIndex) {
    this.bits = new Uint8Array(shared.bits);
    this.mask = this.bits.length * 8 - 1;
    this.#slots = new Uint32Array(shared.slots);
    this.#entries = Buffer.from(shared.entries);
  }

  /** Whether a hash whose first bit is set has its second bit too. */
  maybe(hash: number): boolean {
    const bit = second(hash) & this.mask;
    return ((this.bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
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
