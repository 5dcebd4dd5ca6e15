import { type CheckOutcome, type CheckResult, failedUnlessEmpty, inconclusive, notApplicable } from '../check.ts';
import { type Moment, SINCE } from './moment.ts';

/** What the checks answered at a later moment. */
export interface AskedAgain {
  moment: Moment;
  results: readonly CheckResult[];
}

/**
 * What held, or did not apply, before Odoo came and does not any more; each finding says since when. `asked` is in order.
 * Nothing held: nothing to lose.
 */
export function compareDrift(before: readonly CheckResult[], asked: readonly AskedAgain[]): CheckOutcome {
  const held = before.filter(({ status }) => status === 'passed' || status === 'not-applicable');
  if (!held.some(({ status }) => status === 'passed')) {
    return notApplicable('none of the checks that are asked again had passed before');
  }
  const again = asked.flatMap(({ moment, results }) =>
    held.map(({ id }) => ({ id, moment, outcome: results.find((each) => each.id === id) })),
  );
  const findings = again.flatMap(({ outcome, moment }) =>
    outcome?.status === 'failed'
      ? outcome.findings.map((finding) => ({
          ...finding,
          message: `${finding.message} (${SINCE[moment]})`,
          told: finding.message,
        }))
      : [],
  );
  // What was armed once still is at the next moment: it is told with the first.
  const first = [...Map.groupBy(findings, ({ told, location }) => JSON.stringify([told, location])).values()].flatMap(
    ([{ told: _told, ...finding } = { message: '', told: '' }]) => finding,
  );
  const unclear = again.filter(({ outcome }) => outcome === undefined || outcome.status === 'inconclusive');
  if (first.length === 0 && (unclear.length > 0 || asked.length === 0)) {
    return inconclusive(
      `could not be asked again: ${unclear.map(({ id, moment }) => `${id} (${SINCE[moment]})`).join(', ') || 'any of them'}`,
    );
  }
  return failedUnlessEmpty(first, again.length);
}
