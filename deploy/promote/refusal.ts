import type { DistrustCode } from '../../harness/evidence/open-evidence.ts';

/** Why a promotion is refused. A value, not an error: the gate did its work. */
export interface Refusal {
  /** Stable and kebab-case: `report-too-old`. */
  code: RefusalCode;
  message: string;
  /** What to do about it. */
  fix: string;
}

type RefusalCode = DistrustCode | ReportRefusal | RunRefusal | StepRefusal | VerdictRefusal | ApprovalRefusal;

/** Of one report. */
type ReportRefusal =
  | 'verdict-not-pass'
  | 'verdict-not-reproducible'
  | 'nothing-required'
  | 'policy-digest'
  | 'other-policy'
  | 'no-assertions'
  | 'no-image-digest'
  | 'addons-beside-image'
  | 'report-time'
  | 'report-from-the-future'
  | 'report-too-old';

/** Of the runs together. */
type RunRefusal = 'other-digest' | 'run-missing' | 'run-twice' | 'run-used' | 'newer-run-failed';

/** Of the tags. */
type StepRefusal = 'step-not-allowed' | 'target-taken';

export type VerdictRefusal =
  | 'verdict-missing'
  | 'verdict-unreadable'
  | 'verdict-signer'
  | 'verdict-malformed'
  | 'verdict-failed'
  | 'verdict-other-image'
  | 'verdict-other-step'
  | 'verdict-other-policy'
  | 'verdict-other-evidence'
  | 'verdict-expired';

export type ApprovalRefusal =
  | 'approval-missing'
  | 'approval-unreadable'
  | 'approval-malformed'
  | 'approval-other-image'
  | 'approval-other-step'
  | 'approval-other-verdict'
  | 'approval-incomplete'
  | 'approval-expired'
  | 'approval-from-the-future'
  | 'approval-used'
  | 'approver-unknown'
  | 'approver-revoked'
  | 'approver-same-person';

export type Refusals = readonly [Refusal, ...Refusal[]];

export function refusal(code: RefusalCode, message: string, fix: string): Refusal {
  return { code, message, fix };
}

/** Thrown where a promotion ends, and caught where it is answered. */
export class Refused extends Error {
  readonly refusals: Refusals;

  constructor(...refusals: Refusals) {
    super(refusals.map(({ code }) => code).join(', '));
    this.refusals = refusals;
  }
}
