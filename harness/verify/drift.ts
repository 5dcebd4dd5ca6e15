import { type CheckOutcome, type CheckResult, failedUnlessEmpty, inconclusive, notApplicable } from '../check.ts';

/** What held, or did not apply, before Odoo started and does not any more. Nothing held: nothing to lose. */
export function compareDrift(before: readonly CheckResult[], after: readonly CheckResult[]): CheckOutcome {
  const held = before.filter(({ status }) => status === 'passed' || status === 'not-applicable');
  if (!held.some(({ status }) => status === 'passed')) {
    return notApplicable('none of the checks that are asked again had passed before');
  }
  const again = held.map(({ id }) => ({ id, outcome: after.find((each) => each.id === id) }));
  const findings = again.flatMap(({ outcome }) => (outcome?.status === 'failed' ? outcome.findings : []));
  const unclear = again.filter(({ outcome }) => outcome === undefined || outcome.status === 'inconclusive');
  if (findings.length === 0 && unclear.length > 0) {
    return inconclusive(`could not be asked again: ${unclear.map(({ id }) => id).join(', ')}`);
  }
  return failedUnlessEmpty(findings, again.length);
}
