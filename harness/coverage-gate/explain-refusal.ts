import type { CheckResult, Finding } from '../check.ts';

const MOST_FINDINGS = 8;

/** In one paragraph why it is refused: what fell and in which addon, and which lines are untested. undefined if it is not. */
export function explainRefusal(results: readonly CheckResult[]): string | undefined {
  const sentences = results.flatMap((result) => (result.status === 'failed' ? [sentenceOf(result.findings)] : []));
  return sentences.length === 0 ? undefined : `Refused: ${sentences.join(' ')}`;
}

function sentenceOf(findings: readonly Finding[]): string {
  const told = findings
    .slice(0, MOST_FINDINGS)
    .map(({ message, location, count }) =>
      location === undefined ? `${message}${count === undefined ? '' : ` (${count})`}` : `${message} (${location})`,
    );
  const more = findings.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}
