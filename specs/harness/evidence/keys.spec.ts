import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { newKeyPair, readPublicKey, readSigningKey } from '../../../harness/evidence/keys.ts';

it('a new pair is read back, under the id that the public key has', () => {
  const { id, privatePem, publicPem } = newKeyPair();
  expect(readSigningKey(privatePem).id).toBe(id);
  expect(readPublicKey(publicPem)?.asymmetricKeyType).toBe('ed25519');
});

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

it.each([
  ['empty', ''],
  ['a public key', newKeyPair().publicPem],
  ['of another algorithm', rsa.privateKey],
  ['cut off', newKeyPair().privatePem.slice(0, 60)],
])('a signing key that is %s is refused, and not shown', (_, pem) => {
  const refuse = () => readSigningKey(pem);
  expect(refuse).toThrow(expect.objectContaining({ code: 'signing-key', exitCode: 2 }));
  const [, line = 'nothing'] = pem.split('\n');
  expect(refuse).not.toThrow(line);
});

it('a public key of another algorithm is none', () => {
  expect(readPublicKey(rsa.publicKey)).toBeUndefined();
});
