import { policyDigest, type ReportedCheck, type RunReport } from '../../harness/run.ts';
import { judge } from '../../harness/verdict.ts';
import { isDigest } from '../registry/reference.ts';
import { type Refusal, refusal } from './refusal.ts';

export interface Rules {
  now: Date;
  /** How long after it was finished a report counts, in ms. */
  maxAgeMs: number;
  /** The checks that this promotion requires; without them the report's own list is taken. */
  required?: readonly string[];
  /** Whether the report itself has to name the image: one that somebody vouches for need not. */
  namesImage?: boolean;
}

const CLOCK_SKEW_MS = 5 * 60_000;
const VERIFY_AGAIN = 'Run odoo-gate verify on the image again and promote with the new report.';

/** Everything in the report itself that speaks against a promotion; empty when nothing does. */
export function refusalsOf(report: RunReport, rules: Rules): Refusal[] {
  return [
    ...verdictRefusals(report),
    ...policyRefusals(report, rules),
    ...subjectRefusals(report, rules),
    ...timeRefusals(report, rules),
  ];
}

/** The verdict is judged anew from the checks: the field alone proves nothing. */
function verdictRefusals({ checks, policy, verdict }: RunReport): Refusal[] {
  const judged = judge(checks, policy.required);
  if (judged.verdict !== 'pass') {
    const reasons = judged.reasons.slice(0, 5).join('; ');
    const more = judged.reasons.length > 5 ? `; and ${judged.reasons.length - 5} more` : '';
    return [
      refusal(
        'verdict-not-pass',
        `The verdict is ${judged.verdict}: ${reasons}${more}.`,
        'Correct what the report names, then verify again.',
      ),
    ];
  }
  if (verdict !== 'pass') {
    return [refusal('verdict-not-reproducible', `The report says ${verdict}, but its checks say pass.`, VERIFY_AGAIN)];
  }
  const empty = checks.filter(isEmptyPass);
  return empty.map(({ id }) => refusal('no-assertions', `${id} passed without one assertion.`, VERIFY_AGAIN));
}

function policyRefusals({ checks, policy }: RunReport, { required }: Rules): Refusal[] {
  const refusals: Refusal[] = [];
  if (policy.required.length === 0) {
    refusals.push(
      refusal('nothing-required', 'The report required no check at all.', 'Verify again without leaving checks out.'),
    );
  }
  const marked = checks.filter((check) => check.required !== policy.required.includes(check.id));
  if (policyDigest(policy.required) !== policy.digest || marked.length > 0) {
    refusals.push(
      refusal('policy-digest', "The report's list of required checks was changed after the run.", VERIFY_AGAIN),
    );
  }
  // A report may have been held to more than is asked, never to less.
  const missing = required?.filter((id) => !policy.required.includes(id)) ?? [];
  if (missing.length > 0) {
    refusals.push(refusal('other-policy', `The report was judged without ${missing.join(', ')}.`, VERIFY_AGAIN));
  }
  return refusals;
}

function subjectRefusals({ subject }: RunReport, { namesImage = true }: Rules): Refusal[] {
  const refusals: Refusal[] = [];
  const digest = subject.image?.digest;
  if (digest === undefined ? namesImage : !isDigest(digest)) {
    const message = 'The report does not say which image in a registry was verified.';
    refusals.push(refusal('no-image-digest', message, 'Push the image, then verify it by its name in the registry.'));
  }
  if (subject.addons !== undefined && subject.addons.length > 0) {
    const message = 'The image was verified together with addons that are not in it.';
    refusals.push(
      refusal('addons-beside-image', message, 'Build the addons into the image, then verify it without --addons.'),
    );
  }
  return refusals;
}

function timeRefusals({ startedAt, finishedAt }: RunReport, { now, maxAgeMs }: Rules): Refusal[] {
  const started = Date.parse(startedAt);
  const finished = Date.parse(finishedAt);
  if (!(started <= finished)) {
    return [refusal('report-time', 'The times in the report are unreadable or run backwards.', VERIFY_AGAIN)];
  }
  if (finished > now.getTime() + CLOCK_SKEW_MS) {
    const fix = 'Set the clock of the machine that verified, or of this one, then verify again.';
    return [refusal('report-from-the-future', `The report says it was finished at ${finishedAt}.`, fix)];
  }
  const age = now.getTime() - finished;
  if (age > maxAgeMs) {
    const message = `The report is ${hours(age)} old; at most ${hours(maxAgeMs)} is allowed.`;
    return [refusal('report-too-old', message, VERIFY_AGAIN)];
  }
  return [];
}

function isEmptyPass(check: ReportedCheck): boolean {
  return check.required && check.status === 'passed' && !(check.assertions >= 1);
}

function hours(ms: number): string {
  return `${Math.ceil(ms / 360_000) / 10} h`;
}
