import { expect, it } from 'vitest';
import { newKeyPair } from '../../../harness/evidence/keys.ts';
import { parseTrust } from '../../../harness/evidence/trust.ts';

const { privatePem, publicPem } = newKeyPair();
const indented = (pem: string) => pem.trim().replaceAll('\n', '\n      ');
const file = (change: { publicKey?: string; rest?: string } = {}) => `signers:
  - name: ci
    publicKey: |
      ${indented(change.publicKey ?? publicPem)}
${change.rest ?? '    environments: [uat]'}
`;

it('a trust file names signers and what they are trusted for', () => {
  expect(parseTrust(file())).toEqual([
    { name: 'ci', publicKey: expect.anything(), environments: ['uat'], revoked: false },
  ]);
});

it.each([
  ['is empty', '', 'top level'],
  ['is no YAML', 'signers: [', 'Flow sequence'],
  ['names nobody', 'signers: []', 'signers'],
  ['has a key that nobody knows', file({ rest: '    environments: [uat]\n    expires: never' }), 'expires'],
  ['trusts for nothing', file({ rest: '    environments: []' }), 'environments'],
  ['says the same key twice', file({ rest: '    environments: [uat]\n    environments: [prod]' }), 'unique'],
  ['holds no key', file({ publicKey: 'none' }), 'signers.0.publicKey'],
  ['holds a private key', file({ publicKey: privatePem }), 'signers.0.publicKey'],
])('a trust file that %s is refused, and what is wrong is named', (_, text, says) => {
  expect(() => parseTrust(text)).toThrow(
    expect.objectContaining({ code: 'trust-file', exitCode: 2, message: expect.stringContaining(says) }),
  );
});
