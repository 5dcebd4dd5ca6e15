import { beforeAll, expect, test } from 'vitest';
import { armLikeProduction, PLANTED } from '../../../fixtures/demo/arm.ts';
import { WIDE_MODULES } from '../../../fixtures/demo/wide-modules.ts';
import { connect } from '../../../harness/database/connection.ts';
import { silentProgress } from '../../../harness/progress.ts';
import type { RunReport } from '../../../harness/run.ts';
import { sanitize } from '../../../harness/sanitize/sanitize.ts';
import { checkDatabase } from '../../../harness/verify/check-database.ts';
import { neutralize } from '../../../harness/verify/sanitize-database.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const BASE_URL = new URL('http://odoo-gate.test:8069');
const STAGING = 'a password used nowhere else';

const wide = useDemoStack({ odoo: false, modules: WIDE_MODULES });

let asFound: RunReport;
let sanitized: RunReport;

beforeAll(async () => {
  const { context, image, database } = wide();
  const client = await connect(database);
  await armLikeProduction(client);
  await client.end();
  asFound = await check();
  await sanitize({
    address: database,
    baseUrl: BASE_URL,
    neutralize: () => neutralize(context, image, { address: database }),
    anonymize: { stagingPassword: STAGING, key: 'a key of more than sixteen characters' },
  });
  sanitized = await check();
});

function check(): Promise<RunReport> {
  return checkDatabase({
    address: wide().database,
    baseUrl: BASE_URL,
    stagingPassword: STAGING,
    code: { image: 'odoo:19', addons: [] },
    held: { strict: true },
    progress: silentProgress,
    signal: new AbortController().signal,
  });
}

const idsOf = ({ checks }: RunReport, status: string) =>
  checks.filter((each) => each.status === status).map(({ id }) => id);

test('it has more than 120 modules', () => {
  expect(asFound.subject.database?.modules).toBeGreaterThan(120);
});

test('as found it is refused, for every wire of the modules that it has, and for all personal data', () => {
  const wires = ['mail-servers', 'incoming-mail', 'waiting-mail', 'crons', 'webhooks', 'base-url', 'payment'];
  const data = ['credentials', 'users', 'partners', 'documents', 'messages', 'employees'];
  const more = ['calendars', 'fixed-point'];
  expect(idsOf(asFound, 'failed')).toEqual(
    expect.arrayContaining([...wires, ...data, ...more].map((name) => `sanitize.${name}`)),
  );
});

test('sanitized and anonymized it passes, under --strict too', () => {
  expect(sanitized.checks.filter(({ status }) => status === 'failed' || status === 'inconclusive')).toEqual([]);
  expect(sanitized.verdict).toBe('pass');
});

test('no value of production stands in a report', () => {
  const reports = JSON.stringify([asFound, sanitized]).toLowerCase();
  for (const value of [PLANTED.password, ...PLANTED.secrets, ...PLANTED.personal]) {
    expect(reports).not.toContain(value.toLowerCase());
  }
});
