import { z } from 'zod';
import { openSigned, readCanonical, type Signed, type Unsigned } from './signed.ts';
import { digestOf, instant, resource, STATEMENT, sha256 } from './statement.ts';
import type { Signer } from './trust.ts';

/** https://slsa.dev/spec/v1.0/verification_summary */
const SUMMARY = 'https://slsa.dev/verification_summary/v1';
const OWN = 'odoo-gate/verdict@1';
const VERIFIER = 'urn:odoo-gate';

const descriptor = z.strictObject({ uri: z.string(), digest: z.strictObject({ sha256 }) });

const statement = z.strictObject({
  _type: z.literal(STATEMENT),
  subject: z.tuple([resource]),
  predicateType: z.literal(SUMMARY),
  predicate: z.strictObject({
    verifier: z.strictObject({ id: z.literal(VERIFIER), version: z.strictObject({ 'odoo-gate': z.string() }) }),
    timeVerified: instant,
    resourceUri: z.string(),
    policy: descriptor,
    inputAttestations: z.array(descriptor),
    verificationResult: z.enum(['PASSED', 'FAILED']),
    verifiedLevels: z.array(z.string()),
    slsaVersion: z.literal('1.0'),
    [OWN]: z.strictObject({
      environment: z.string(),
      from: z.string(),
      to: z.string(),
      expiresAt: instant,
      refusals: z.array(z.string()),
      registry: z.record(z.string(), z.string()),
    }),
  }),
});

type Statement = z.infer<typeof statement>;

/** What a gate made of all evidence of one image, for one step of its tag. */
export interface VerdictSummary {
  toolVersion: string;
  /** ISO 8601, UTC. */
  verifiedAt: string;
  expiresAt: string;
  repository: string;
  /** Of the image, `sha256:…`. */
  digest: string;
  environment: string;
  from: string;
  to: string;
  /** `sha256:…` of the policy's file. */
  policyDigest: string;
  /** The envelopes it rests on, by the run's id: 64 hexadecimal digits of each file. */
  inputs: { runId: string; sha256: string }[];
  /** Codes of what speaks against it; a pass has none. */
  refusals: string[];
  /** What the registry said that it can do. */
  registry: Readonly<Record<string, string>>;
}

/** As SLSA's verification summary, with the step of the tag in a part of our own. */
export function renderVerdict(verdict: VerdictSummary): string {
  const { repository, digest, environment, inputs, refusals } = verdict;
  return JSON.stringify({
    _type: STATEMENT,
    subject: [{ name: repository, digest: digestOf(digest) }],
    predicateType: SUMMARY,
    predicate: {
      verifier: { id: VERIFIER, version: { 'odoo-gate': verdict.toolVersion } },
      timeVerified: verdict.verifiedAt,
      resourceUri: `${repository}@${digest}`,
      policy: { uri: `${VERIFIER}:policy`, digest: digestOf(verdict.policyDigest) },
      inputAttestations: inputs.map(({ runId, sha256 }) => ({ uri: `urn:uuid:${runId}`, digest: { sha256 } })),
      verificationResult: refusals.length === 0 ? 'PASSED' : 'FAILED',
      // Levels of our own: it says nothing of how the image was built.
      verifiedLevels: refusals.length === 0 ? [levelOf(environment)] : ['FAILED'],
      slsaVersion: '1.0',
      [OWN]: {
        environment,
        from: verdict.from,
        to: verdict.to,
        expiresAt: verdict.expiresAt,
        refusals,
        registry: { ...verdict.registry },
      },
    },
  } satisfies Statement);
}

/** A verdict that one of these signed for its environment; undefined when what they signed is none, or contradicts itself. */
export function openVerdict(
  json: string,
  signers: readonly Signer[],
): { verdict: VerdictSummary; signer: Signer; sha256: string } | Unsigned | undefined {
  const opened = openSigned(json, signers);
  if ('problem' in opened) return opened;
  const verdict = readVerdict(opened);
  const signer = opened.by.find(({ environments }) => environments.includes(verdict?.environment ?? ''));
  return verdict === undefined || signer === undefined ? undefined : { verdict, signer, sha256: opened.sha256 };
}

function readVerdict({ body }: Signed<Signer>): VerdictSummary | undefined {
  const read = readCanonical(body, statement);
  if (read === undefined) return undefined;
  const { subject, predicate } = read;
  const [{ name, digest }] = subject;
  const verdict: VerdictSummary = {
    toolVersion: predicate.verifier.version['odoo-gate'],
    verifiedAt: predicate.timeVerified,
    repository: name,
    digest: `sha256:${digest.sha256}`,
    policyDigest: `sha256:${predicate.policy.digest.sha256}`,
    inputs: predicate.inputAttestations.map(({ uri, digest: input }) => ({
      runId: uri.replace(/^urn:uuid:/, ''),
      sha256: input.sha256,
    })),
    ...predicate[OWN],
  };
  return renderVerdict(verdict) === body ? verdict : undefined;
}

function levelOf(environment: string): string {
  return `ODOO_GATE_${environment.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}
