import { createPublicKey } from 'node:crypto';
import { seal } from '../../../harness/evidence/dsse.ts';
import { newKeyPair, readSigningKey, type SigningKey } from '../../../harness/evidence/keys.ts';
import type { KeyParty } from '../../../harness/evidence/signed.ts';
import { type Evidence, renderStatement } from '../../../harness/evidence/statement.ts';
import type { Signer } from '../../../harness/evidence/trust.ts';
import { FINISHED, reportOf } from '../../deploy/promote/report.ts';

export const DIGEST = `sha256:${'a'.repeat(64)}`;

/** A key and the entry of a trust file that trusts it for UAT. */
export function newSigner(change: Partial<Signer & KeyParty> = {}): { key: SigningKey; signer: Signer & KeyParty } {
  const { privatePem } = newKeyPair();
  const key = readSigningKey(privatePem);
  return {
    key,
    signer: { name: 'ci', publicKey: createPublicKey(key.key), environments: ['uat'], revoked: false, ...change },
  };
}

export const EVIDENCE: Evidence = {
  run: 'verify',
  runId: '0b6c3a3e-5f5e-4f0e-9d57-0d2c3c1f2a11',
  environment: 'uat',
  repository: 'ghcr.io/acme/odoo',
  digest: DIGEST,
  expiresAt: new Date(FINISHED.getTime() + 86_400_000).toISOString(),
  report: reportOf(DIGEST),
};

/** Evidence as `verify` writes it. */
export function sealed(key: SigningKey, change: Partial<Evidence> = {}): string {
  return JSON.stringify(seal(renderStatement({ ...EVIDENCE, ...change }), key));
}
