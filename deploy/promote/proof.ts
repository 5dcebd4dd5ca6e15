import { openEvidence } from '../../harness/evidence/open-evidence.ts';
import type { Signer } from '../../harness/evidence/trust.ts';
import type { RunReport } from '../../harness/run.ts';
import type { Refusal } from './refusal.ts';

/** What a promotion rests on. A bare report proves as much as whoever could write the file is trusted. */
export type Proof = SignedEvidence | { report: RunReport };

interface SignedEvidence {
  /** A DSSE envelope, JSON. */
  envelope: string;
  signers: readonly Signer[];
  /** The environment whose verification is asked for: `uat`. */
  environment: string;
}

interface Proven {
  report: RunReport;
  /** Of signed evidence. */
  signer?: string;
}

/** The report that a proof holds, or why it is none. `repository` as `formatRepository` writes it. */
export function reportIn(proof: Proof, { repository, now }: { repository: string; now: Date }): Proven | Refusal {
  if ('report' in proof) return proof;
  const { envelope, signers, environment } = proof;
  const opened = openEvidence(envelope, { signers, environment, repository, now });
  return 'code' in opened ? opened : { report: opened.evidence.report, signer: opened.signer };
}
