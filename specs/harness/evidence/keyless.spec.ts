import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seal } from '../../../harness/evidence/dsse.ts';
import { covers, type Identity, identitySchema } from '../../../harness/evidence/identity.ts';
import { openEvidence } from '../../../harness/evidence/open-evidence.ts';
import { sharesSigner } from '../../../harness/evidence/signed.ts';
import { bundleOpener } from '../../../harness/evidence/sigstore.ts';
import { renderStatement } from '../../../harness/evidence/statement.ts';
import type { Signer } from '../../../harness/evidence/trust.ts';
import { useSigstore } from '../../support/sigstore.ts';
import { EVIDENCE, newSigner, sealed } from './sample-evidence.ts';
import { keylessEvidence, keylessSigner, signAs, WORKFLOW } from './sample-keyless.ts';

const sigstore = useSigstore();
const another = useSigstore();
/** Its log says that the certificate had expired an hour ago. */
const late = useSigstore({ logTime: new Date(Date.now() + 3_600_000) });
const secret = useSigstore({ secretly: true });
const ci = newSigner();
const BODY = renderStatement(EVIDENCE);
const trusted = (change: Parameters<typeof keylessSigner>[1] = {}) => [keylessSigner(sigstore(), change)];
const named = (change: Partial<Identity>) => trusted({ identity: { ...WORKFLOW, ...change } });
const TAGS = 'https://github.com/acme/odoo/.github/workflows/uat.yml@refs/tags/*';

it('evidence of a trusted identity is opened, and says what was signed', async () => {
  const opened = openEvidence(await keylessEvidence(sigstore()), trusted());
  expect(opened).toMatchObject({ signer: { name: 'uat workflow' }, evidence: EVIDENCE });
});

it('a timestamp of its own counts beside the time in the log', async () => {
  const { tsaUrl } = sigstore().services;
  const json = await signAs(WORKFLOW, sigstore(), BODY, { tsaUrl });
  expect(JSON.parse(json).verificationMaterial.timestampVerificationData.rfc3161Timestamps).toHaveLength(1);
  expect(openEvidence(json, trusted())).toHaveProperty('evidence');
  const withoutTsa = bundleOpener({ ...sigstore().trustedRoot, timestampAuthorities: [] });
  expect(openEvidence(json, trusted({ open: withoutTsa }))).toMatchObject({ code: 'signer-unknown' });
});

it('a key and an identity are trusted side by side', async () => {
  const both = [ci.signer, ...trusted()];
  expect(openEvidence(sealed(ci.key), both)).toMatchObject({ signer: { name: 'ci' } });
  expect(openEvidence(await keylessEvidence(sigstore()), both)).toMatchObject({ signer: { name: 'uat workflow' } });
});

it('an identity that ends in * is that of every tag', async () => {
  expect(openEvidence(await keylessEvidence(sigstore()), named({ subject: TAGS }))).toHaveProperty('evidence');
});

describe('evidence is not trusted when', () => {
  type Change = (bundle: Bundle) => void;
  it.each<[string, () => Signer[], string]>([
    [
      'the policy names another issuer',
      () => named({ issuer: 'https://gitlab.com' }),
      'signed by https://github.com/acme/odoo',
    ],
    [
      'the policy names another subject',
      () => named({ subject: 'https://github.com/acme/shop@refs/heads/main' }),
      'signed by https://github.com/acme/odoo',
    ],
    [
      'the policy names the beginning of its subject',
      () => named({ subject: WORKFLOW.subject.slice(0, -1) }),
      'signed by https://github.com/acme/odoo',
    ],
    [
      'the policy names its subject as an expression would match it',
      () => named({ subject: '.' }),
      'signed by https://github.com/acme/odoo',
    ],
    [
      'the policy names all branches, and it is of a tag',
      () => named({ subject: TAGS.replace('tags', 'heads') }),
      'signed by https://github.com/acme/odoo',
    ],
    ['the policy names keys alone', () => [ci.signer], 'names nobody who signs without a key'],
    ['the identity is revoked', () => trusted({ revoked: true }), 'who is revoked'],
    [
      'the identity is revoked in one entry and not in another',
      () => [...trusted(), ...trusted({ revoked: true, identity: { ...WORKFLOW, subject: TAGS } })],
      'who is revoked',
    ],
    ['the identity is trusted for another environment', () => trusted({ environments: ['dev'] }), 'trusted for dev'],
    [
      'the root trusts another certificate authority',
      () => trusted({ open: rootWith('certificateAuthorities') }),
      'certificate chain',
    ],
    ['the root trusts another log of certificates', () => trusted({ open: rootWith('ctlogs') }), 'SCT'],
    ['the root trusts another transparency log', () => trusted({ open: rootWith('tlogs') }), 'inclusion promise'],
  ])('%s', async (_, signers, says) => {
    expect(openEvidence(await keylessEvidence(sigstore()), signers())).toMatchObject(refusal(says));
  });

  it.each<[string, Change, string]>([
    [
      'its payload was changed',
      ({ dsseEnvelope }) => {
        dsseEnvelope.payload = base64(BODY.replace('"high"', '"low"'));
      },
      'payload hash mismatch',
    ],
    [
      'its payload type was changed',
      ({ dsseEnvelope }) => {
        dsseEnvelope.payloadType = 'text/plain';
      },
      'signature verification failed',
    ],
    [
      'it has two signatures',
      ({ dsseEnvelope: { signatures } }) => {
        signatures.push(...signatures);
      },
      'dsseEnvelope.signatures',
    ],
    [
      'it has no signature',
      ({ dsseEnvelope }) => {
        dsseEnvelope.signatures = [];
      },
      'dsseEnvelope.signatures',
    ],
    [
      'its log entry was left out',
      ({ verificationMaterial }) => {
        verificationMaterial.tlogEntries = [];
      },
      'timestamps',
    ],
    [
      'its log entry is there twice',
      ({ verificationMaterial: { tlogEntries } }) => {
        tlogEntries.push(...tlogEntries);
      },
      'duplicate',
    ],
    [
      'its log entry was changed',
      ({
        verificationMaterial: {
          tlogEntries: [entry],
        },
      }) => {
        if (entry) entry.canonicalizedBody = base64(text(entry.canonicalizedBody).replace('dsse', 'DSSE'));
      },
      'inclusion promise',
    ],
    [
      'its time in the log was changed',
      ({
        verificationMaterial: {
          tlogEntries: [entry],
        },
      }) => {
        if (entry) entry.integratedTime = String(Number(entry.integratedTime) + 1);
      },
      'inclusion promise',
    ],
    [
      'its time was taken from it',
      ({
        verificationMaterial: {
          tlogEntries: [entry],
        },
      }) => {
        delete entry?.inclusionPromise;
      },
      'timestamps',
    ],
    [
      'its proof of inclusion was taken from it',
      ({
        verificationMaterial: {
          tlogEntries: [entry],
        },
      }) => {
        delete entry?.inclusionProof;
      },
      'inclusionProof',
    ],
    [
      'it names a key instead of a certificate',
      ({ verificationMaterial }) => {
        delete verificationMaterial.certificate;
        verificationMaterial.publicKey = { hint: 'ci' };
      },
      'key not found',
    ],
    [
      'its format is unknown',
      (bundle) => {
        bundle.mediaType = 'application/vnd.dev.sigstore.bundle.v9+json';
      },
      'mediaType',
    ],
    [
      'it says that it is no bundle',
      (bundle) => {
        bundle.mediaType = 'application/json';
      },
      'neither',
    ],
    [
      'it signs a message beside the envelope',
      (bundle) => {
        bundle.messageSignature = {
          messageDigest: { algorithm: 'SHA2_256', digest: base64('x') },
          signature: base64('x'),
        };
      },
      'no envelope',
    ],
  ])('%s', async (_, change, says) => {
    const bundle: Bundle = JSON.parse(await keylessEvidence(sigstore()));
    change(bundle);
    expect(openEvidence(JSON.stringify(bundle), trusted())).toMatchObject(refusal(says));
  });

  it.each<[string, () => Promise<string>, string]>([
    [
      'another identity signed it',
      () => signAs({ ...WORKFLOW, subject: WORKFLOW.subject.replace('acme', 'evil') }, sigstore(), BODY),
      'github.com/evil',
    ],
    [
      'a subject signed it that goes on after the one in the policy',
      () => signAs({ ...WORKFLOW, subject: `${WORKFLOW.subject}-evil` }, sigstore(), BODY),
      '-evil',
    ],
    [
      'another issuer vouched for the same subject',
      () => signAs({ ...WORKFLOW, issuer: 'https://evil.example' }, sigstore(), BODY),
      'evil.example',
    ],
    ['another sigstore certified it', () => keylessEvidence(another()), 'certificate chain'],
    [
      'it is the log entry of another bundle',
      async () => {
        const [bundle, other]: Bundle[] = await Promise.all(
          [BODY, BODY].map(async (body) => JSON.parse(await signAs(WORKFLOW, sigstore(), body))),
        );
        return JSON.stringify({
          ...bundle,
          verificationMaterial: {
            ...bundle?.verificationMaterial,
            tlogEntries: other?.verificationMaterial.tlogEntries,
          },
        });
      },
      'tlog entry signature mismatch',
    ],
    [
      'it is the certificate of another bundle',
      async () => {
        const [bundle, other]: Bundle[] = await Promise.all(
          [BODY, BODY].map(async (body) => JSON.parse(await signAs(WORKFLOW, sigstore(), body))),
        );
        return JSON.stringify({
          ...bundle,
          verificationMaterial: {
            ...bundle?.verificationMaterial,
            certificate: other?.verificationMaterial.certificate,
          },
        });
      },
      'signature verification failed',
    ],
    ['a key signed it', async () => sealed(ci.key), 'Nobody'],
    [
      'a key signed it, and it came in a bundle of the identity',
      async () =>
        JSON.stringify({ ...JSON.parse(await keylessEvidence(sigstore())), dsseEnvelope: seal(BODY, ci.key) }),
      'tlog entry signature mismatch',
    ],
    [
      'the envelope was taken out of its bundle',
      async () => JSON.stringify(JSON.parse(await keylessEvidence(sigstore())).dsseEnvelope),
      'Nobody',
    ],
    ['it is cut off', async () => (await keylessEvidence(sigstore())).slice(0, -20), 'neither'],
    ['what was signed is no statement', () => signAs(WORKFLOW, sigstore(), '{}'), 'statement'],
  ])('%s', async (_, json, says) => {
    expect(openEvidence(await json(), trusted())).toMatchObject(refusal(says));
  });

  it('it has a timestamp of its own, but no log entry', async () => {
    const { tsaUrl } = sigstore().services;
    const bundle: Bundle = JSON.parse(await signAs(WORKFLOW, sigstore(), BODY, { tsaUrl }));
    bundle.verificationMaterial.tlogEntries = [];
    expect(openEvidence(JSON.stringify(bundle), trusted())).toMatchObject(refusal('expected 1 tlog entries, got 0'));
  });

  it('its certificate is in no log', async () => {
    const opened = openEvidence(await keylessEvidence(secret()), [keylessSigner(secret())]);
    expect(opened).toMatchObject(refusal('expected 1 SCTs, got 0'));
  });

  it('its certificate had expired when it was logged', async () => {
    expect(openEvidence(await keylessEvidence(late()), [keylessSigner(late())])).toMatchObject({
      code: 'signer-unknown',
    });
  });
});

it('whichever byte is changed, it is refused or says the same as before', async () => {
  const good = await keylessEvidence(sigstore());
  const signers = trusted();
  const opened = openEvidence(good, signers);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const result = openEvidence(`${good.slice(0, at)}${String.fromCharCode(code)}${good.slice(at + 1)}`, signers);
      if (!('code' in result)) expect({ ...result, sha256: '' }).toEqual({ ...opened, sha256: '' });
    }),
  );
});

it('whatever is given as a bundle, it is refused and nothing is thrown', async () => {
  const bundle = JSON.parse(await keylessEvidence(sigstore()));
  const signers = trusted();
  const { mediaType, verificationMaterial } = bundle;
  const [entry] = verificationMaterial.tlogEntries;
  const anything = fc.oneof(
    fc.jsonValue().map((value) => ({ mediaType, dsseEnvelope: value, verificationMaterial: value })),
    fc.jsonValue().map((dsseEnvelope) => ({ ...bundle, dsseEnvelope })),
    fc
      .jsonValue()
      .map((tlogEntries) => ({ ...bundle, verificationMaterial: { ...verificationMaterial, tlogEntries } })),
    fc.constantFrom(...Object.keys(entry)).chain((key) =>
      fc.jsonValue({ maxDepth: 1 }).map((value) => ({
        ...bundle,
        verificationMaterial: { ...verificationMaterial, tlogEntries: [{ ...entry, [key]: { changed: value } }] },
      })),
    ),
    fc.base64String().map((rawBytes) => ({
      ...bundle,
      verificationMaterial: { ...verificationMaterial, certificate: { rawBytes } },
    })),
  );
  fc.assert(
    fc.property(anything, (value) => {
      expect(openEvidence(JSON.stringify(value), signers)).toHaveProperty('code');
    }),
  );
});

describe('a policy may name as subject', () => {
  it.each([
    ['a workflow at a tag', WORKFLOW.subject, true],
    ['a workflow at any tag', TAGS, true],
    ['a workflow at the tags of a series', TAGS.replace('*', 'v1.*'), true],
    ['a person', 'anna@acme.example', true],
    ['nobody', '', false],
    ['everybody', '*', false],
    ['whatever begins like a workflow', 'https://github.com/acme/*', false],
    ['a workflow at anything, pull requests of strangers too', TAGS.replace('tags/', ''), false],
    ['a person at any host', 'anna@*', false],
    ['a person at a host that only looks like a ref', 'anna@refs/tags/*', false],
    ['a * in the middle', TAGS.replace('uat', '*'), false],
    ['two *', `${TAGS}*`, false],
  ])('%s: %s', (_, subject, allowed) => {
    expect(identitySchema.safeParse({ ...WORKFLOW, subject }).success).toBe(allowed);
  });
});

it('an issuer is an https URL', () => {
  expect(identitySchema.safeParse({ ...WORKFLOW, issuer: 'http://token.example' }).success).toBe(false);
});

it('whoever a * stands for has the whole of what is before it', () => {
  fc.assert(
    fc.property(fc.string(), (subject) => {
      expect(covers({ ...WORKFLOW, subject: TAGS }, { ...WORKFLOW, subject })).toBe(
        subject.startsWith(TAGS.slice(0, -1)),
      );
    }),
  );
});

describe('two entries of a policy can be one person when', () => {
  it.each<[string, () => Signer, () => Signer, boolean]>([
    ['both have the same key', () => ci.signer, () => ({ ...ci.signer, name: 'other' }), true],
    ['both have the same identity', () => keylessSigner(sigstore()), () => keylessSigner(sigstore()), true],
    [
      'one means all tags, the other one of them',
      () => keylessSigner(sigstore(), { identity: { ...WORKFLOW, subject: TAGS } }),
      () => keylessSigner(sigstore()),
      true,
    ],
    [
      'their issuers differ: they are two',
      () => keylessSigner(sigstore(), { identity: { ...WORKFLOW, issuer: 'https://gitlab.com' } }),
      () => keylessSigner(sigstore()),
      false,
    ],
    ['one has a key, the other an identity: they are two', () => ci.signer, () => keylessSigner(sigstore()), false],
    ['they have different keys: they are two', () => ci.signer, () => newSigner().signer, false],
  ])('%s', (_, one, other, expected) => {
    expect([sharesSigner(one(), other()), sharesSigner(other(), one())]).toEqual([expected, expected]);
  });
});

interface Bundle {
  mediaType: string;
  messageSignature?: unknown;
  dsseEnvelope: { payload: string; payloadType: string; signatures: unknown[] };
  verificationMaterial: {
    certificate?: unknown;
    publicKey?: unknown;
    tlogEntries: {
      canonicalizedBody: string;
      integratedTime: string;
      inclusionPromise?: unknown;
      inclusionProof?: unknown;
    }[];
  };
}

/** Each is told apart by its words: most have the code of an unknown signer. */
function refusal(says: string) {
  return { code: expect.any(String), message: expect.stringContaining(says) };
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}

function text(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString();
}

/** The root of this sigstore, but for one kind of authority, which is another's. */
function rootWith(kind: 'certificateAuthorities' | 'ctlogs' | 'tlogs') {
  return bundleOpener({ ...sigstore().trustedRoot, [kind]: another().trustedRoot[kind] });
}
