import { type FingerprintKeys, type Form, KINDS, type Kind } from './fingerprint.ts';
import { ENTRY_LENGTH, type QuickHashes, writeEntry } from './fingerprint-file.ts';
import { formsOf } from './forms.ts';
import { pairHash } from './quick-hash.ts';

/** A name that more records than this bear is some word, not a person. */
const MOST_BEARERS = 50;

/** Fingerprints, each once, with the number of values that had it. */
export class Collection {
  readonly #keys: FingerprintKeys;
  readonly #leftOut: ReadonlySet<string>;
  readonly #seen = new Map<string, { form: Pick<Form, 'kind' | 'strong'>; quick: QuickHashes; bearers: number }>();

  constructor(keys: FingerprintKeys, leftOut: ReadonlySet<string>) {
    this.#keys = keys;
    this.#leftOut = leftOut;
  }

  get size(): number {
    return this.#seen.size;
  }

  add(kind: Kind, value: string): void {
    const forms = formsOf(kind, value);
    // Nor the other ways to write it.
    if (forms.some(({ family, text }) => family === 'words' && this.#leftOut.has(text))) return;
    for (const form of forms) {
      const mac = this.#keys.mac(form.family, form.text).toString('latin1');
      const known = this.#seen.get(mac);
      if (known !== undefined) {
        known.bearers += 1;
        continue;
      }
      this.#seen.set(mac, { form: { kind: form.kind, strong: form.strong }, quick: this.#quick(form), bearers: 1 });
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

  /** In an order that says nothing of the records'. */
  entries(): Buffer {
    const entries = Buffer.from(new SharedArrayBuffer(this.#seen.size * ENTRY_LENGTH));
    let at = 0;
    for (const mac of [...this.#seen.keys()].sort()) {
      const seen = this.#seen.get(mac);
      if (seen === undefined) continue;
      const { form, quick, bearers } = seen;
      const common = (form.kind === 'name' || form.kind === 'street') && bearers > MOST_BEARERS;
      const bytes = Buffer.from(mac, 'latin1');
      writeEntry({ mac: bytes, ...quick, kind: KINDS.indexOf(form.kind), strong: form.strong && !common }, entries, at);
      at += ENTRY_LENGTH;
    }
    return entries;
  }
}
