import { seal } from './dsse.ts';
import type { SigningKey } from './keys.ts';

/** Signs a statement, and gives the file that proves it: JSON, a DSSE envelope or a Sigstore bundle. */
export type Sign = (statement: string) => Promise<string>;

/** With a key of one's own: asks nobody. */
export function signWithKey(key: SigningKey): Sign {
  return async (statement) => signedFile(seal(statement, key));
}

export function signedFile(signed: unknown): string {
  return `${JSON.stringify(signed, null, 2)}\n`;
}
