import { vi } from 'vitest';
import type { Identity } from '../../../harness/evidence/identity.ts';
import { signKeyless } from '../../../harness/evidence/sign-keyless.ts';
import type { KeylessParty } from '../../../harness/evidence/signed.ts';
import { bundleOpener } from '../../../harness/evidence/sigstore.ts';
import { type Evidence, renderStatement } from '../../../harness/evidence/statement.ts';
import type { Signer } from '../../../harness/evidence/trust.ts';
import { type LocalSigstore, tokenFor } from '../../support/sigstore.ts';
import { EVIDENCE } from './sample-evidence.ts';

export const WORKFLOW: Identity = {
  issuer: 'https://token.actions.githubusercontent.com',
  subject: 'https://github.com/acme/odoo/.github/workflows/uat.yml@refs/tags/v1.0.0',
};

/** Signs in the name of somebody; without a timestamp of its own unless told. */
export async function signAs(
  identity: Identity,
  { services: { fulcioUrl, rekorUrl } }: LocalSigstore,
  statement: string,
  more: Parameters<typeof signKeyless>[0] = {},
): Promise<string> {
  vi.stubEnv('SIGSTORE_ID_TOKEN', tokenFor(identity));
  try {
    return await signKeyless({ fulcioUrl, rekorUrl, ...more })(statement);
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Evidence as `verify --sign-keyless` writes it. */
export function keylessEvidence(sigstore: LocalSigstore, change: Partial<Evidence> = {}, identity = WORKFLOW) {
  return signAs(identity, sigstore, renderStatement({ ...EVIDENCE, ...change }));
}

/** The entry of a policy that trusts somebody for UAT, by the root of this sigstore. */
export function keylessSigner(
  { trustedRoot }: Pick<LocalSigstore, 'trustedRoot'>,
  change: Partial<Signer & KeylessParty> = {},
): Signer & KeylessParty {
  return {
    name: 'uat workflow',
    identity: WORKFLOW,
    open: bundleOpener(trustedRoot),
    environments: ['uat'],
    revoked: false,
    ...change,
  };
}
