import { beforeAll, describe, expect, it } from 'vitest';
import { PLANTED } from '../../../fixtures/demo/arm.ts';
import { silentProgress } from '../../../harness/progress.ts';
import type { RunReport } from '../../../harness/run.ts';
import { type VerifyOptions, verify } from '../../../harness/verify/verify.ts';
import { useDemoBackup } from '../../support/demo-backup.ts';

const WIRES_AND_PEOPLE = [
  ...['mail-servers', 'incoming-mail', 'waiting-mail', 'crons', 'base-url', 'payment', 'delivery', 'marketing'],
  ...['calendars', 'web', 'shared-links', 'credentials', 'users', 'partners', 'documents', 'messages', 'employees'],
  ...['personal-data', 'secrets'],
].map((name) => `sanitize.${name}`);

const backup = useDemoBackup('odoo:14');

const verified = (options: Pick<VerifyOptions, 'treatment' | 'only'>) =>
  verify({
    image: 'odoo:14',
    postgresImage: 'postgres:17',
    backup: backup().zip,
    baseUrl: new URL('http://odoo-gate.test:8069'),
    progress: silentProgress,
    signal: new AbortController().signal,
    ...options,
  });
const idsOf = (report: RunReport, status: string) =>
  report.checks.filter((check) => check.status === status).map(({ id }) => id);

describe('a production of Odoo 14 as found', () => {
  let report: RunReport;
  beforeAll(async () => {
    report = await verified({ treatment: 'as-found', only: WIRES_AND_PEOPLE });
  });

  it('is refused, with every live wire and every personal value named', () => {
    expect(report.verdict).toBe('refuse');
    expect(idsOf(report, 'failed')).toEqual(WIRES_AND_PEOPLE);
  });

  it('shows no secret and no personal value', () => {
    const output = JSON.stringify(report).toLowerCase();
    const shown = [PLANTED.password, ...PLANTED.secrets, ...PLANTED.personal].filter((value) =>
      output.includes(value.toLowerCase()),
    );
    expect(shown).toEqual([]);
  });
});

describe('the same, sanitized and anonymized', () => {
  let report: RunReport;
  beforeAll(async () => {
    report = await verified({ treatment: 'sanitize-and-anonymize' });
  });

  it('passes', () => {
    expect(report).toMatchObject({ verdict: 'pass', reasons: [] });
  });

  it('starts, answers over RPC, and is walked through in a browser', () => {
    expect(idsOf(report, 'passed')).toEqual(
      expect.arrayContaining([
        'stack.boot',
        'stack.modules',
        'stack.assets',
        'stack.rpc',
        'stack.log',
        'smoke.login',
        'smoke.apps',
        'smoke.quotation',
      ]),
    );
  });

  it('has no fixed point to ask for: neutralization came with Odoo 16', () => {
    const fixedPoint = report.checks.find(({ id }) => id === 'sanitize.fixed-point');
    expect(fixedPoint).toMatchObject({ status: 'not-applicable', reason: expect.stringContaining('Odoo 14.0') });
  });
});
