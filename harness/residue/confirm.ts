import type { Family } from './fingerprint.ts';

/** Told of a candidate whose quick hash may be that of a fingerprint; `evident` where its shape says what it is. */
export type Confirm = (family: Family, hash: number, text: () => string, evident: boolean) => void;
