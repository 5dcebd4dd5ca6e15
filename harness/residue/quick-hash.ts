/**
 * Cheap keyed 32-bit hashes that spare the scanner an HMAC for every word. They are no protection and need none: they
 * are drawn anew in each file's own key and lie in its encrypted part, which only the key opens, and whoever has the key
 * can test a guess anyway.
 */
export interface QuickHash {
  /** Where the hash of a word begins; see `wordStep`. */
  readonly word: number;
  /** Of two words, one after the other; see `pairHash`. */
  readonly pair: number;
  /** Where the hash of a phrase begins, which is read from its last word to its first; see `phraseStep`. */
  readonly phrase: number;
  wordOf(text: string): number;
  phraseOf(words: readonly string[]): number;
  /** Where the hash of a number or code begins, which is read from its end to its beginning. */
  readonly code: number;
  codeOf(text: string): number;
  /** Of the last letters and digits of a code, as many as the shortest has. */
  codeEndOf(text: string): number;
  readonly email: number;
  emailOf(bytes: Uint8Array): number;
}

/** Letters and digits that any code has at least. */
export const SHORTEST_CODE = 7;

export const WORD_PRIME = 0x01000193;
const CODE_PRIME = 0x5bd1e995;

export const wordStep = (hash: number, unit: number) => Math.imul(hash ^ unit, WORD_PRIME);
export const codeStep = (hash: number, unit: number) => Math.imul(hash ^ unit, CODE_PRIME) ^ (hash >>> 15);

export const phraseStep = (hash: number, word: number) => Math.imul(hash ^ word, CODE_PRIME) ^ (hash >>> 13);

export const pairHash = (key: number, first: number, second: number) =>
  mix(Math.imul(first ^ key, WORD_PRIME) ^ second);

/** Spreads what differs in few bits over all of them: 32 bits with a sign, which engines keep in a register. */
export function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return mixed ^ (mixed >>> 15);
}

/** Makes the functions of a seed of 20 bytes. */
export function quickHash(seed: Buffer): QuickHash {
  const [word = 0, pairKey = 0, phraseKey = 0, code = 0, email = 0] = [0, 4, 8, 12, 16].map((at) =>
    seed.readInt32LE(at),
  );
  const wordOf = (text: string) => {
    let hash = word;
    for (let index = 0; index < text.length; index += 1) hash = wordStep(hash, text.charCodeAt(index));
    return hash;
  };
  const codeOf = (text: string) => {
    let hash = code;
    for (let index = text.length - 1; index >= 0; index -= 1) hash = codeStep(hash, text.charCodeAt(index));
    return mix(hash);
  };
  return {
    word,
    code,
    email,
    pair: pairKey,
    phrase: phraseKey,
    wordOf,
    phraseOf: (words) => mix(words.reduceRight((hash, each) => phraseStep(hash, wordOf(each)), phraseKey)),
    codeOf,
    codeEndOf: (text) => codeOf(text.slice(-SHORTEST_CODE)),
    emailOf: (bytes) => {
      let hash = email;
      for (const byte of bytes) hash = wordStep(hash, byte);
      return mix(hash);
    },
  };
}
