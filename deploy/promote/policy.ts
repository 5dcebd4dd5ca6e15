import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../../harness/errors.ts';
import type { Party } from '../../harness/evidence/signed.ts';
import { sha256Of } from '../../harness/evidence/signed.ts';
import { RUN_KINDS } from '../../harness/evidence/statement.ts';
import { partySchema, type Signer, signerSchema } from '../../harness/evidence/trust.ts';
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
  signers: z.array(signerSchema).min(1),
  approvers: z.array(partySchema).default([]),
  promotions: z.array(step).min(1).default(DEFAULT_STEPS),
});

/** Who is trusted for what, and which steps tags may take. */
export interface Policy {
  signers: Signer[];
  approvers: Party[];
  steps: PolicyStep[];
  /** `sha256:…` of the file. */
  digest: string;
}

/** Reads a policy from YAML. Throws `UsageError('policy-file')` naming the key that is wrong. */
export function parsePolicy(text: string): Policy {
  const parsed = policy.safeParse(readYaml(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw policyFile(`${issue?.path.join('.') || 'top level'}: ${issue?.message}`);
  }
  const { signers, approvers, promotions: steps } = parsed.data;
  for (const [index, { approval: rule }] of steps.entries()) {
    const able = new Set(approvers.filter(({ revoked }) => !revoked).map((each) => each.name)).size;
    if (rule?.by === 'another' && able < rule.count) {
      throw policyFile(`promotions.${index}.approval: ${rule.count} have to approve, and approvers names ${able}`);
    }
  }
  return { signers, approvers, steps, digest: `sha256:${sha256Of(text)}` };
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

function readYaml(text: string): unknown {
  try {
    return parse(text, { uniqueKeys: true });
  } catch (error) {
    throw policyFile((error as Error).message.split('\n')[0] ?? 'it is not YAML');
  }
}

function policyFile(what: string): UsageError {
  return new UsageError('policy-file', `The policy is not usable: ${what}`, {
    next: 'It lists signers, each with name, publicKey (PEM) and environments, and the steps of tags: see docs/promote.md.',
  });
}
