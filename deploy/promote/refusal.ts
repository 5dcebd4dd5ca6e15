import type { DistrustCode } from '../../harness/evidence/open-evidence.ts';

/** Why a promotion is refused. A value, not an error: the gate did its work. */
export interface Refusal {
  /** Stable and kebab-case: `report-too-old`. */
  code: RefusalCode;
  message: string;
  /** What to do about it. */
  fix: string;
}

export type RefusalCode =
  | DistrustCode
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
  | 'report-too-old'
  | 'other-digest'
  | 'target-taken';

export type Refusals = readonly [Refusal, ...Refusal[]];
