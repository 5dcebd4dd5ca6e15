import type { CheckOutcome, CheckResult, Severity } from '../../../harness/check.ts';
import { failedUnlessEmpty, inconclusive, notApplicable, passed } from '../../../harness/check.ts';
import {
  type Artifact,
  buildReport,
  type RunReport,
  resultOf,
  type Sanitized,
  type Subject,
  type TestRun,
} from '../../../harness/run.ts';

const hex = (digit: string) => `sha256:${digit.repeat(64)}`;

export function result(id: string, title: string, severity: Severity, outcome: CheckOutcome, ms = 12): CheckResult {
  return resultOf({ id, title, severity }, outcome, ms);
}

const PASSED = [
  result('stack.boot', 'Odoo starts on the restored database', 'critical', passed(3), 8_412),
  result('sanitize.base-url', 'The base URL is this stack’s own and frozen', 'high', passed(2)),
  result('smoke.login', 'The administrator signs in through the login page', 'critical', passed(4), 6_120),
];

export const FAILED = result(
  'sanitize.mail-servers',
  'No outgoing mail server is active',
  'critical',
  failedUnlessEmpty(
    [
      {
        message: 'active outgoing mail servers',
        location: 'ir_mail_server.active',
        count: 2,
        fix: 'Run `odoo neutralize`, or set active to false.',
      },
      { message: 'stored SMTP passwords', location: 'ir_mail_server.smtp_pass', count: 1, fix: 'Empty the column.' },
    ],
    5,
  ),
);

const UNCLEAR = result(
  'sanitize.credentials',
  'No production credential is left',
  'high',
  inconclusive('permission denied for table res_users_apikeys'),
);

const NOT_APPLICABLE = result(
  'sanitize.fetchmail',
  'No incoming mail server is active',
  'high',
  notApplicable('the module fetchmail is not installed'),
);

export const SUBJECT: Subject = {
  image: { reference: 'registry.example.com/shop/odoo:uat-v1.2.3', id: hex('1'), digest: hex('a') },
  database: { name: 'uat', odooVersion: '19.0', modules: 136 },
  backup: { digest: hex('b') },
  stack: 'shop-uat',
};

export const SANITIZED: Sanitized = {
  neutralizedBy: 'odoo neutralize',
  changes: [
    { table: 'res_partner', action: 'updated', columns: ['name', 'email'], rows: 41 },
    { table: 'mail_mail', action: 'deleted', columns: [], rows: 1 },
  ],
};

export const SCREENSHOT: Artifact = { kind: 'screenshot', title: 'smoke.login: signed in', path: 'smoke/login.png' };

/** A report as a run builds it; every check is required unless told. */
export function reportOf(
  results: readonly CheckResult[],
  more: { required?: readonly string[]; artifacts?: readonly Artifact[]; subject?: Subject } = {},
): RunReport {
  return buildReport({
    toolVersion: '1.0.0',
    startedAt: new Date('2026-03-02T10:00:00.000Z'),
    finishedAt: new Date('2026-03-02T10:01:32.500Z'),
    subject: more.subject ?? SUBJECT,
    required: more.required ?? results.map(({ id }) => id),
    results,
    artifacts: more.artifacts ?? [],
  });
}

export const passing = () => reportOf([...PASSED, NOT_APPLICABLE], { artifacts: [SCREENSHOT] });
export const refusing = () => reportOf([...PASSED, NOT_APPLICABLE, UNCLEAR, FAILED]);
export const unclear = () => reportOf([...PASSED, UNCLEAR]);

const test = (name: string, outcome: TestRun['outcome'], message?: string, trace?: string): TestRun => ({
  addon: 'shop',
  name: `test_shop.TestShop.${name}`,
  outcome,
  durationMs: 12,
  ...(message === undefined ? {} : { message }),
  ...(trace === undefined ? {} : { trace }),
});

/** One test of each outcome. */
export const TESTS: readonly TestRun[] = [
  test('test_passes', 'passed'),
  test(
    'test_fails',
    'failed',
    'AssertionError: 1 != 2',
    'FAIL: TestShop.test_fails\nTraceback <\nAssertionError: 1 != 2',
  ),
  test('test_errs', 'error', 'KeyError: 1', 'ERROR: TestShop.test_errs\nKeyError: 1'),
  test('test_is_left_out', 'skipped', 'not on Sundays'),
  test('test_wavers', 'flaky', 'AssertionError: 1 != 2', 'FAIL: TestShop.test_wavers\nAssertionError: 1 != 2'),
  test('test_never_ends', 'unfinished', 'Odoo ended while it ran'),
];
