import { type FingerprintKeys, type Form, KINDS, type Kind, MAC_LENGTH } from './fingerprint.ts';
import { ENTRY_LENGTH, type QuickHashes, readEntry, writeEntry } from './fingerprint-file.ts';
import { formsOf } from './forms.ts';
import { pairHash } from './quick-hash.ts';

/** A name that more records than this bear is some word, not a person. */
const MOST_BEARERS = 50;

const FIRST_CAPACITY = 1 << 12;

/**
 * Fingerprints, each once, with the number of values that had it. They lie as bytes in one table: a million objects would
 * take beside production what its Odoo needs.
 */
export class Collection {
  readonly #keys: FingerprintKeys;
  readonly #leftOut: ReadonlySet<string>;
  #size = 0;
  #entries = Buffer.alloc(FIRST_CAPACITY * ENTRY_LENGTH);
  #bearers = new Uint32Array(FIRST_CAPACITY);
  /** Where an HMAC stands, plus one: found by its own first bytes, and on from there. */
  #slots = new Uint32Array(FIRST_CAPACITY * 2);

  constructor(keys: FingerprintKeys, leftOut: ReadonlySet<string>) {
    this.#keys = keys;
    this.#leftOut = leftOut;
  }

  get size(): number {
    return this.#size;
  }

  add(kind: Kind, value: string): void {
    const forms = formsOf(kind, value);
    // Nor the other ways to write it.
    if (forms.some(({ family, text }) => family === 'words' && this.#leftOut.has(text))) return;
    for (const form of forms) {
      const mac = this.#keys.mac(form.family, form.text);
      let slot = this.#slotOf(mac);
      if (this.#slots[slot] === 0) {
        if (this.#size === this.#bearers.length) {
          this.#grow();
          slot = this.#slotOf(mac);
        }
        const entry = { mac, ...this.#quick(form), kind: KINDS.indexOf(form.kind), strong: form.strong };
        writeEntry(entry, this.#entries, this.#size * ENTRY_LENGTH);
        this.#slots[slot] = this.#size += 1;
      }
      const index = (this.#slots[slot] ?? 0) - 1;
      this.#bearers[index] = (this.#bearers[index] ?? 0) + 1;
    }
  }

  /** In an order that says nothing of the records'. */
  entries(): Buffer {
    const macAt = (index: number) => this.#entries.subarray(index * ENTRY_LENGTH, index * ENTRY_LENGTH + MAC_LENGTH);
    const order = Uint32Array.from({ length: this.#size }, (_, index) => index);
    order.sort((a, b) => macAt(a).compare(macAt(b)));
    const entries = Buffer.from(new SharedArrayBuffer(this.#size * ENTRY_LENGTH));
    order.forEach((index, place) => {
      const entry = readEntry(this.#entries, index * ENTRY_LENGTH);
      const kind = KINDS[entry.kind];
      const common = (kind === 'name' || kind === 'street') && (this.#bearers[index] ?? 0) > MOST_BEARERS;
      writeEntry({ ...entry, strong: entry.strong && !common }, entries, place * ENTRY_LENGTH);
    });
    return entries;
  }

  /** The slot of this HMAC, or the empty one where it belongs. */
  #slotOf(mac: Buffer): number {
    const mask = this.#slots.length - 1;
    for (let slot = mac.readUInt32LE() & mask; ; slot = (slot + 1) & mask) {
      const at = ((this.#slots[slot] ?? 0) - 1) * ENTRY_LENGTH;
      if (at < 0 || this.#entries.compare(mac, 0, MAC_LENGTH, at, at + MAC_LENGTH) === 0) return slot;
    }
  }

  #grow(): void {
    const capacity = this.#bearers.length * 2;
    const bearers = new Uint32Array(capacity);
    bearers.set(this.#bearers);
    const entries = Buffer.alloc(capacity * ENTRY_LENGTH);
    this.#entries.copy(entries);
    this.#bearers = bearers;
    this.#entries = entries;
    this.#slots = new Uint32Array(capacity * 2);
    for (let index = 0; index < this.#size; index += 1) {
      const at = index * ENTRY_LENGTH;
      this.#slots[this.#slotOf(entries.subarray(at, at + MAC_LENGTH))] = index + 1;
    }
  }

  #quick({ family, text }: Form): QuickHashes {
    const { quick } = this.#keys;
    if (family === 'email') return { hash: quick.emailOf(Buffer.from(text)), last: 0, end: 0 };
    if (family === 'code') return { hash: quick.codeOf(text), last: 0, end: quick.codeEndOf(text) };
    const words = text.split(' ');
    const [last, before] = words.toReversed().map((word) => quick.wordOf(word));
    return {
      hash: quick.phraseOf(words),
      last: last ?? 0,
      end: last === undefined || before === undefined ? 0 : pairHash(quick.pair, before, last),
    };
  }
}
