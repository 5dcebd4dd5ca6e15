import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { UsageError } from '../errors.ts';

/** An ed25519 key that signs, and the id by which envelopes name it. */
export interface SigningKey {
  id: string;
  key: KeyObject;
}

/** A new pair as PEM: PKCS#8 to keep secret, SPKI to hand out. */
export function newKeyPair(): { id: string; privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    id: keyId(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }),
  };
}

/** Reads a private key in PEM. Throws `UsageError('signing-key')`, without a byte of it. */
export function readSigningKey(pem: string): SigningKey {
  const key = read(() => createPrivateKey(pem));
  if (key === undefined) {
    throw new UsageError('signing-key', 'The signing key is no ed25519 private key in PEM.', {
      next: 'Make one with `odoo-gate keys new --out-file ci`, and give its private file.',
    });
  }
  return { id: keyId(createPublicKey(key)), key };
}

/** Reads a public key in PEM; undefined when it is none of ed25519. A private key is none, either: it does not belong there. */
export function readPublicKey(pem: string): KeyObject | undefined {
  return /PRIVATE/.test(pem) ? undefined : read(() => createPublicKey(pem));
}

/** `sha256:…` of the public key in SPKI DER: follows from the key, so that it can't be spoofed. */
export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

function read(parse: () => KeyObject): KeyObject | undefined {
  try {
    const key = parse();
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
