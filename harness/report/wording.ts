import type { CheckStatus } from '../check.ts';
import type { ReportedCheck, RunReport } from '../run.ts';
import type { Verdict } from '../verdict.ts';
import { plural } from './plain-text.ts';

export const STATUS_WORD: Record<CheckStatus, string> = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'could not tell',
  'not-applicable': 'not applicable',
};

export const STATUS_SYMBOL: Record<CheckStatus, string> = {
  passed: '✔',
  failed: '✘',
  inconclusive: '?',
  'not-applicable': '–',
};

export const VERDICT_SYMBOL: Record<Verdict, string> = { pass: '✔', refuse: '✘', inconclusive: '?' };

const AREA_NAMES: Record<string, string> = {
  sanitize: 'Sanitization',
  smoke: 'Smoke flows',
  tests: 'Addon tests',
};

export interface Area {
  name: string;
  checks: ReportedCheck[];
}

/** The checks under the part of their id before the first dot, areas in the order they ran, the worst check first. */
export function groupByArea(checks: readonly ReportedCheck[]): Area[] {
  const byArea = Map.groupBy(checks, ({ id }) => id.split('.', 1)[0] ?? id);
  return [...byArea].map(([key, inArea]) => ({
    name: AREA_NAMES[key] ?? key.charAt(0).toUpperCase() + key.slice(1),
    checks: inArea.toSorted((a, b) => urgency(a) - urgency(b)),
  }));
}

function urgency({ status, severity }: ReportedCheck): number {
  const byStatus = ['failed', 'inconclusive', 'passed', 'not-applicable'].indexOf(status);
  return byStatus * 10 + ['critical', 'high', 'medium', 'low'].indexOf(severity);
}

/** What the verdict means, in one sentence. */
export function explainVerdict({ verdict, policy, checks, reasons }: RunReport): string {
  const required = plural(policy.required.length, 'required check');
  if (verdict === 'pass') {
    return policy.required.length === 1
      ? 'The one required check passed.'
      : `Each of the ${required} passed or does not apply by proof.`;
  }
  if (verdict === 'inconclusive') return `${plural(reasons.length, 'point')} could not be proven. Unknown is not safe.`;
  const failed = new Set(checks.filter((check) => check.required && check.status === 'failed').map(({ id }) => id));
  return `${failed.size} of ${required} failed.`;
}

/** What to do now, in a sentence or two. */
export function nextStep({ verdict, subject }: RunReport): string {
  if (verdict === 'pass') {
    if (subject.addons !== undefined)
      return 'Build the addons into the image and verify that: the image alone was not.';
    if (subject.image?.digest === undefined) return 'Nothing stands in the way.';
    return 'The image may be promoted on this report.';
  }
  const hold = subject.image === undefined ? '' : 'Do not promote. ';
  if (verdict === 'refuse') return `${hold}Fix what was found and verify again.`;
  return `${hold}Remove what kept the checks from telling and verify again.`;
}
