import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { seal } from '../../harness/evidence/dsse.ts';
import type { SigningKey } from '../../harness/evidence/keys.ts';
import { openSigned, type Party, readCanonical, type Unsigned } from '../../harness/evidence/signed.ts';
import { digestOf, instant, resource, STATEMENT, sha256 } from '../../harness/evidence/statement.ts';

const APPROVAL = 'urn:odoo-gate:approval:v1';

const answer = z.strictObject({ question: z.string(), answer: z.enum(['yes', 'no']) });

const statement = z.strictObject({
  _type: z.literal(STATEMENT),
  subject: z.tuple([resource]),
  predicateType: z.literal(APPROVAL),
  predicate: z.strictObject({
    from: z.string(),
    to: z.string(),
    verdict: z.strictObject({ sha256 }),
    approver: z.string(),
    answers: z.array(answer),
    typed: z.string(),
    nonce: z.uuid(),
    approvedAt: instant,
    expiresAt: instant,
  }),
});

/** What a person says yes to: one image, one step of its tag, one verdict. */
export interface Approval {
  repository: string;
  /** Of the image, `sha256:…`. */
  digest: string;
  from: string;
  to: string;
  /** Of the verdict's file, 64 hexadecimal digits. */
  verdict: string;
  approver: string;
  answers: { question: string; answer: 'yes' | 'no' }[];
  /** As typed. */
  typed: string;
  nonce: string;
  /** ISO 8601, UTC. */
  approvedAt: string;
  expiresAt: string;
}

/** What has to be typed: it names the image, so that nobody approves another by habit. */
export function wordsFor(digest: string): string {
  return `APPROVE ${digest.replace('sha256:', '').slice(0, 12)}`;
}

/** A nonce, and how long an approval counts from now. */
export function fresh(now: Date, validForMs: number): Pick<Approval, 'nonce' | 'approvedAt' | 'expiresAt'> {
  return {
    nonce: randomUUID(),
    approvedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + validForMs).toISOString(),
  };
}

/** A DSSE envelope, JSON. */
export function signApproval(approval: Approval, key: SigningKey): string {
  return `${JSON.stringify(seal(renderApproval(approval), key), null, 2)}\n`;
}

function renderApproval({ repository, digest, verdict, ...said }: Approval): string {
  const { from, to, approver, answers, typed, nonce, approvedAt, expiresAt } = said;
  return JSON.stringify({
    _type: STATEMENT,
    subject: [{ name: repository, digest: digestOf(digest) }],
    predicateType: APPROVAL,
    predicate: { from, to, verdict: { sha256: verdict }, approver, answers, typed, nonce, approvedAt, expiresAt },
  } satisfies z.infer<typeof statement>);
}

/** An approval that one of these signed, under a name that is theirs; undefined when what they signed is none. */
export function openApproval<Somebody extends Party>(
  json: string,
  approvers: readonly Somebody[],
): { approval: Approval; by: Somebody } | Unsigned | undefined {
  const opened = openSigned(json, approvers);
  if ('problem' in opened) return opened;
  const read = readCanonical(opened.body, statement);
  if (read === undefined) return undefined;
  const [{ name, digest }] = read.subject;
  const { verdict, ...said } = read.predicate;
  const approval = { ...said, repository: name, digest: `sha256:${digest.sha256}`, verdict: verdict.sha256 };
  const by = opened.by.find((party) => party.name === approval.approver);
  return by === undefined || renderApproval(approval) !== opened.body ? undefined : { approval, by };
}
