import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parsePolicy } from '../../../deploy/promote/policy.ts';
import { newKeyPair } from '../../../harness/evidence/keys.ts';

const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('@sigstore'));

it('sigstore is loaded for a policy that names it, and not for keys alone', async () => {
  const signers = [{ name: 'ci', environments: ['uat'], publicKey: newKeyPair().publicPem }];
  await import('../../../cli/commands/promote.ts');
  await import('../../../cli/commands/gate.ts');
  await parsePolicy(stringify({ signers }));
  expect(loaded()).toEqual([]);
  await parsePolicy(stringify({ sigstore: { trustedRoot: { tlogs: [] } }, signers })).catch(() => {});
  expect(loaded()).not.toEqual([]);
});
