import { bundleFromJSON, isBundleWithDsseEnvelope, ValidationError } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { maskValues } from '../masking.ts';
import type { OpenBundle } from './signed.ts';

/**
 * Opens Sigstore bundles (https://docs.sigstore.dev/about/bundle/) by the authorities and logs of a trusted root, and
 * asks nobody else. Throws for a root that names none.
 */
export function bundleOpener(trustedRoot: unknown): OpenBundle {
  const material = toTrustMaterial(TrustedRoot.fromJSON(trustedRoot));
  if ([material.certificateAuthorities, material.tlogs, material.ctlogs].some(({ length }) => length === 0)) {
    throw new TypeError('it names no certificate authority, transparency log or certificate log');
  }
  const verifier = new Verifier(material, { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 });
  return (json) => {
    try {
      const bundle = bundleFromJSON(json);
      if (!isBundleWithDsseEnvelope(bundle)) return { reason: 'it holds no envelope' };
      // Its own comparison of identities takes the subject for a regular expression: the policy's is compared instead.
      const { identity } = verifier.verify(toSignedEntity(bundle));
      const { subjectAlternativeName: subject, extensions: { issuer } = {} } = identity ?? {};
      if (!subject || !issuer) return { reason: 'its certificate names nobody' };
      const { payload, payloadType } = bundle.content.dsseEnvelope;
      return { signer: { issuer, subject }, payload, payloadType };
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  };
}

/** Sigstore's own words on a proof that does not hold. They may quote the file. */
function reasonOf(error: unknown): string {
  if (error instanceof ValidationError) return `invalid bundle: ${error.fields.join(', ')}`;
  return error instanceof VerificationError ? maskValues(error.message) : 'invalid bundle';
}
