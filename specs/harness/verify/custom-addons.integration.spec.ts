import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseUserRules } from '../../../harness/config/user-rules.ts';
import { connect } from '../../../harness/database/connection.ts';
import { silentProgress } from '../../../harness/progress.ts';
import type { RunReport } from '../../../harness/run.ts';
import { sanitize } from '../../../harness/sanitize/sanitize.ts';
import { runOdoo } from '../../../harness/stack/odoo.ts';
import { checkDatabase } from '../../../harness/verify/check-database.ts';
import { neutralize } from '../../../harness/verify/sanitize-database.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const ADDONS = ['neutralized', 'custom'].map((name) => join(process.cwd(), 'fixtures/addons', name));
const BASE_URL = new URL('https://uat.example.com');
const STAGING = 'a password used nowhere else';
const CONTACT = 'petra.lindgren@nordwind-handel.de';
const ACCOUNT = 'DE89370400440532013000';
const TOKEN = 'Zx8Qm2Lr7Vt4Kp9Ws3Nd6Hb1Yc5Gf0Ja';
const RULES = `rules:
  - {id: loyalty-token, table: gate_loyalty_card, column: gateway_token, module: gate_loyalty, neutral: null,
     severity: critical, why: the live gateway, fix: Empty it.}
  - {id: loyalty-contact, table: gate_loyalty_card, column: holder_contact, module: gate_loyalty, neutral: null,
     severity: high, why: a person's address, fix: Empty it.}
`;

const demo = useDemoStack({ odoo: false });

beforeAll(async () => {
  const { context, image, database } = demo();
  const { engine, run, network } = context;
  const args = ['--init', 'gate_connector,gate_loyalty', '--stop-after-init'];
  const { exitCode, log } = await runOdoo(engine, { run, network, image, database, addons: ADDONS, args });
  expect(exitCode, log.lastLines(10)).toBe(0);
  await onDatabase(`INSERT INTO gate_connector (name, api_key, live) VALUES ('Shop', '${TOKEN}', true);
    INSERT INTO gate_loyalty_card (number, holder_contact, holder_account, gateway_token)
    VALUES ('LC-1', '${CONTACT}', '${ACCOUNT}', '${TOKEN}')`);
  await sanitize({
    address: database,
    baseUrl: BASE_URL,
    neutralize: () => neutralize(context, image, { address: database, addons: ADDONS }),
    anonymize: { stagingPassword: STAGING, key: 'a key of more than sixteen characters' },
  });
});

async function onDatabase(sql: string): Promise<void> {
  const client = await connect(demo().database);
  await client.query(sql).finally(() => client.end());
}

function check(rules = ''): Promise<RunReport> {
  return checkDatabase({
    address: demo().database,
    baseUrl: BASE_URL,
    stagingPassword: STAGING,
    code: { image: 'odoo:19', addons: ADDONS },
    held: { strict: true, rules: rules === '' ? [] : parseUserRules(rules, 'rules.yaml') },
    progress: silentProgress,
    signal: new AbortController().signal,
  });
}

const failures = ({ checks }: RunReport) =>
  checks.flatMap((each) =>
    each.status === 'failed' ? each.findings.map(({ location }) => `${each.id} ${location}`) : [],
  );

describe('a copy with two addons that no list knows, sanitized and anonymized', () => {
  let report: RunReport;
  beforeAll(async () => {
    report = await check();
  });

  test('is clean where an addon brings a neutralization of its own', () => {
    expect(JSON.stringify(report)).not.toContain('gate_connector');
    expect(report.checks.find(({ id }) => id === 'sanitize.fixed-point')).toMatchObject({ status: 'passed' });
  });

  test('is refused for what the other left: its secret and its personal data are known by their shape', () => {
    expect(failures(report).sort()).toEqual([
      'sanitize.secrets gate_loyalty_card.gateway_token',
      'sanitize.shapes gate_loyalty_card.holder_account',
      'sanitize.shapes gate_loyalty_card.holder_contact',
    ]);
    expect(report.verdict).toBe('refuse');
  });

  test('shows none of it in the report', () => {
    for (const value of [CONTACT, ACCOUNT, TOKEN]) expect(JSON.stringify(report)).not.toContain(value);
  });
});

describe("the same, with the user's own rules", () => {
  test('is refused by them too, until the user has emptied what they name; then it passes', async () => {
    expect(failures(await check(RULES))).toEqual(
      expect.arrayContaining([
        'sanitize.custom.loyalty-token gate_loyalty_card.gateway_token',
        'sanitize.custom.loyalty-contact gate_loyalty_card.holder_contact',
      ]),
    );
    await onDatabase('UPDATE gate_loyalty_card SET gateway_token = NULL, holder_contact = NULL, holder_account = NULL');
    const report = await check(RULES);
    expect(failures(report)).toEqual([]);
    expect(report.checks).toContainEqual(
      expect.objectContaining({ id: 'sanitize.custom.loyalty-token', status: 'passed' }),
    );
  });
});
