import { filestoreComplete } from '../backup/filestore-complete.ts';
import type { Check } from '../check.ts';
import { sanitizeChecks } from '../sanitize-checks/checks.ts';
import { fixedPoint } from '../sanitize-checks/fixed-point/fixed-point.ts';
import { SMOKE_CHECKS } from '../smoke/smoke-checks.ts';
import { cronsRanCheck } from './cron-runs.ts';
import { rpcCheck } from './rpc-check.ts';
import { logCheck, stackChecks } from './stack-checks.ts';

type Identity = Pick<Check<never>, 'id' | 'title' | 'severity'>;

/** Does the image start on this database at all? */
export const bootCheck: Identity = {
  id: 'stack.boot',
  title: 'Odoo starts and serves its login page',
  severity: 'critical',
};

/** What the boot and the flows must not have undone. */
export const driftCheck: Identity = {
  id: 'sanitize.drift',
  title: 'Still sanitized after Odoo started and the flows ran',
  severity: 'critical',
};

/** Checks that are asked again after an update, the boot and the flows. The others look at data that the flows themselves make. */
export const ASKED_AGAIN: readonly string[] = [
  'sanitize.mail-servers',
  'sanitize.incoming-mail',
  'sanitize.waiting-mail',
  'sanitize.crons',
  'sanitize.webhooks',
  'sanitize.base-url',
  'sanitize.neutralized',
  'sanitize.payment',
  'sanitize.point-of-sale',
  'sanitize.delivery',
  'sanitize.e-invoicing',
  'sanitize.integrations',
  'sanitize.marketing',
  'sanitize.calendars',
  'sanitize.postgres',
];

/** Every check that `verify` makes, in the order of the report: what a promotion requires unless told otherwise. */
export const VERIFY_CHECKS: readonly string[] = [
  ...sanitizeChecks.map(({ id }) => id),
  fixedPoint.id,
  driftCheck.id,
  cronsRanCheck.id,
  filestoreComplete.id,
  bootCheck.id,
  ...stackChecks.map(({ id }) => id),
  rpcCheck.id,
  ...SMOKE_CHECKS,
  logCheck.id,
];

/** Checks that have to wait for a started Odoo. */
export function needsOdoo(id: string): boolean {
  return /^(stack|smoke)\./.test(id) || id === driftCheck.id || id === cronsRanCheck.id;
}

/** The names of the browser's flows among the required checks. */
export function requiredFlows(required: readonly string[]): string[] {
  return SMOKE_CHECKS.filter((id) => required.includes(id)).map((id) => id.slice('smoke.'.length));
}
