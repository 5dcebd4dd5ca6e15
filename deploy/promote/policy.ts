import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf, UsageError } from '../../harness/errors.ts';
import { type OpenBundle, type Party, sha256Of } from '../../harness/evidence/signed.ts';
import { RUN_KINDS } from '../../harness/evidence/statement.ts';
import { partySchema, type Signer, signerSchema, trust } from '../../harness/evidence/trust.ts';
import { formatRepository, parseRepository } from '../registry/reference.ts';
import { Refused, refusal } from './refusal.ts';
import { followsPatterns, placeholdersOf } from './tag-pattern.ts';

/** What a person is asked before a release goes to production, unless the policy asks otherwise. */
const QUESTIONS = [
  'Is this the image that you want in production?',
  'Have you tested it on UAT?',
  'Is the location of the backup ready?',
  'Is the rollback plan documented?',
];

const name = z.string().min(1);
const repository = z.string().transform((text, { addIssue }) => {
  try {
    return formatRepository(parseRepository(text));
  } catch {
    addIssue({ code: 'custom', message: 'is no repository' });
    return z.NEVER;
  }
});
const pattern = z.string().refine((text) => placeholdersOf(text) !== undefined, 'is no pattern of a tag');

const approval = z.strictObject({
  /** `operator`: who promotes may type APPROVE; `another`: others sign it with keys of their own. */
  by: z.enum(['operator', 'another']).default('operator'),
  count: z.int().min(1).default(1),
  questions: z.array(name).default(QUESTIONS),
});

const step = z.strictObject({
  from: pattern,
  to: pattern,
  /** Where the tag is set, when not in the repository that has the image. */
  toRepository: repository.optional(),
  environment: name.default('uat'),
  runs: z.array(z.enum(RUN_KINDS)).min(1).default(['verify']),
  checks: z.array(name).default([]),
  maxAgeHours: z.number().positive().default(24),
  approval: approval.optional(),
});

/** One step that a tag may take, and what it takes to take it. */
export type PolicyStep = z.output<typeof step>;
export type ApprovalRule = z.output<typeof approval>;

const DEFAULT_STEPS: PolicyStep[] = [
  { from: 'uat-v{version}', to: 'prod-v{version}' },
  { from: 'uat-{sha}', to: 'prod-{sha}' },
].map((tags) => step.parse(tags));

const policy = z.strictObject({
  /** By what identities are known: a trusted root, as a file beside the policy or as it is. */
  sigstore: z.strictObject({ trustedRoot: z.union([name, z.looseObject({})]) }).optional(),
  signers: z.array(signerSchema).min(1),
  approvers: z.array(partySchema).default([]),
  promotions: z.array(step).min(1).default(DEFAULT_STEPS),
});

/** Who is trusted for what, and which steps tags may take. */
export interface Policy {
  signers: Signer[];
  approvers: Party[];
  steps: PolicyStep[];
  /** `sha256:…` of the file, and of the trusted root that it names. */
  digest: string;
}

/**
 * Reads a policy from YAML, and the trusted root that it names by `readRoot`. Throws `UsageError('policy-file')` naming
 * the key that is wrong.
 */
export async function parsePolicy(text: string, readRoot?: (file: string) => Promise<string>): Promise<Policy> {
  const parsed = policy.safeParse(readYaml(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw policyFile(`${issue?.path.join('.') || 'top level'}: ${issue?.message}`);
  }
  const { promotions: steps, sigstore } = parsed.data;
  const root = typeof sigstore?.trustedRoot === 'string' ? await readRoot?.(sigstore.trustedRoot) : undefined;
  const open = await bundleOpenerOf(root === undefined ? sigstore?.trustedRoot : root);
  const trusted = <Entry extends (typeof parsed.data.approvers)[number]>(entry: Entry, where: string) => {
    const party = trust(entry, open);
    if (party !== undefined) return party;
    throw policyFile(`${where}: it takes a publicKey, or an identity and sigstore.trustedRoot`);
  };
  const signers = parsed.data.signers.map((each, index) => trusted(each, `signers.${index}`));
  const approvers = parsed.data.approvers.map((each, index) => trusted(each, `approvers.${index}`));
  for (const [index, { approval: rule }] of steps.entries()) {
    const able = new Set(approvers.filter(({ revoked }) => !revoked).map((each) => each.name)).size;
    if (rule?.by === 'another' && able < rule.count) {
      throw policyFile(`promotions.${index}.approval: ${rule.count} have to approve, and approvers names ${able}`);
    }
  }
  return {
    signers,
    approvers,
    steps,
    digest: `sha256:${sha256Of(root === undefined ? text : `${text}\n${sha256Of(root)}`)}`,
  };
}

/** The step that a tag takes. Throws `Refused`. */
export function stepOf(policy: Policy, tags: { from: string; to: string }): PolicyStep {
  const step = policy.steps.find((each) => followsPatterns(each, tags));
  if (step !== undefined) return step;
  const known = policy.steps.map(({ from, to }) => `${from} → ${to}`).join(', ');
  throw new Refused(
    refusal(
      'step-not-allowed',
      `The policy has no step from ${tags.from} to ${tags.to}; it has ${known}.`,
      'Promote to the tag that the policy names for this one, or add the step to its promotions.',
    ),
  );
}

/** Sigstore is loaded where a policy names it, so that keys alone cost nothing. */
async function bundleOpenerOf(root: string | object | undefined): Promise<OpenBundle | undefined> {
  if (root === undefined) return undefined;
  const { bundleOpener } = await import('../../harness/evidence/sigstore.ts');
  try {
    return bundleOpener(typeof root === 'string' ? JSON.parse(root) : root);
  } catch (error) {
    throw policyFile(`sigstore.trustedRoot: it is no trusted root (${messageOf(error)})`);
  }
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { uniqueKeys: true });
  } catch (error) {
    throw policyFile((error as Error).message.split('\n')[0] ?? 'it is not YAML');
  }
}

function policyFile(what: string): UsageError {
  return new UsageError('policy-file', `The policy is not usable: ${what}`, {
    next: 'It lists signers, each with name, publicKey (PEM) or identity, and environments, and the steps of tags: see docs/promote.md.',
  });
}
