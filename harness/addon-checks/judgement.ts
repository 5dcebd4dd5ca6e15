import { type CheckOutcome, type Finding, failedUnlessEmpty, inconclusive } from '../check.ts';

/** What a look at some files gave. `unclear` says what could not be told; it keeps a pass from being one. */
export interface Judgement {
  findings: readonly Finding[];
  assertions: number;
  unclear?: readonly string[];
}

export function outcomeOf({ findings, assertions, unclear = [] }: Judgement): CheckOutcome {
  if (findings.length > 0 || unclear.length === 0) return failedUnlessEmpty(findings, assertions);
  return inconclusive(unclear.join('; '));
}

export function joinJudgements(judgements: readonly Judgement[]): Judgement {
  return {
    findings: judgements.flatMap(({ findings }) => findings),
    assertions: judgements.reduce((sum, { assertions }) => sum + assertions, 0),
    unclear: judgements.flatMap(({ unclear = [] }) => unclear),
  };
}

/** `sale, stock and 3 more` */
export function shortList(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
