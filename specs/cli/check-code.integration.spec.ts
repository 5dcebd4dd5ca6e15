import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../harness/database/connection.ts';
import { parseReport } from '../../harness/report/json.ts';
import { readImageModules } from '../../harness/stack/module-code.ts';
import { runOdoo } from '../../harness/stack/odoo.ts';
import { useDemoStack } from '../support/demo-stack.ts';
import { runCli } from '../support/run-cli.ts';

const ADDONS = 'fixtures/addons/neutralized';
const demo = useDemoStack({ odoo: false });
/** What the image holds, as folders on a machine without an engine. */
const folders = mkdtempSync(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rmSync(folders, { recursive: true }));

beforeAll(async () => {
  const { context, image, database } = demo();
  await odoo(['-i', 'gate_connector', '--stop-after-init']);
  await onDatabase("INSERT INTO gate_connector (name, api_key, live) VALUES ('Shop', 'live-key', true)");
  const { names, neutralizations } = await readImageModules(context.engine, image, context.run);
  for (const name of names) {
    mkdirSync(join(folders, name, 'data'), { recursive: true });
    writeFileSync(join(folders, name, '__manifest__.py'), '{}');
    const sql = neutralizations.get(name);
    if (sql !== undefined) writeFileSync(join(folders, name, 'data/neutralize.sql'), sql);
  }
  await demo().odooCommand('neutralize');
  expect(database.database).toBe('odoo');
});

async function odoo(args: readonly string[], command?: string): Promise<void> {
  const { context, image, database } = demo();
  const { engine, run, network } = context;
  const { exitCode, log } = await runOdoo(engine, {
    ...{ run, network, image, database, args, addons: [join(process.cwd(), ADDONS)] },
    ...(command === undefined ? {} : { command }),
  });
  if (exitCode !== 0) throw new Error(log.lastLines(10));
}

async function onDatabase(sql: string): Promise<void> {
  const client = await connect(demo().database);
  await client.query(sql).finally(() => client.end());
}

async function check(args: readonly string[], env: Record<string, string> = {}) {
  const { user, password, host, port, database } = demo().database;
  const url = `postgresql://${user}:${password}@${host}:${port}/${database}`;
  const { exitCode, stdout, stderr } = await runCli(
    [
      ...['check', '--database-url', url, '--base-url', 'https://uat.example.com', '--format', 'json'],
      ...['--only', 'sanitize.fixed-point', ...args],
    ],
    { env },
  );
  expect(stdout, stderr).not.toBe('');
  return { exitCode, result: parseReport(stdout).checks[0], output: stdout + stderr };
}

const NO_ENGINE = { DOCKER_HOST: 'tcp://127.0.0.1:1' };
const SEEN = [
  { location: 'gate_connector.api_key', count: 1 },
  { location: 'gate_connector.live', count: 1 },
];

describe('a module of which nobody has heard, neutralized by an image that lacks it', () => {
  test('is caught as a module without code', async () => {
    const { exitCode, result } = await check(['--image', 'odoo:19']);
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({ findings: [{ location: 'ir_module_module[gate_connector]' }] });
  });

  test.each([
    ['an image with addons', () => ['--image', 'odoo:19', '--addons', ADDONS], {}],
    ['folders alone, without an engine', () => ['--addons-path', `${folders},${ADDONS}`], NO_ENGINE],
  ])('is caught by its own file: %s', async (_title, args, env) => {
    const { exitCode, result, output } = await check(args(), env);
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({ status: 'failed', findings: SEEN });
    expect(output).not.toContain('live-key');
  });

  test('can not be told without its code', async () => {
    const { exitCode, result } = await check([]);
    expect(exitCode).toBe(3);
    expect(result).toMatchObject({ status: 'inconclusive', reason: expect.stringContaining('--image') });
  });

  test('can not be told without an engine for the image', async () => {
    const { exitCode, result } = await check(['--image', 'odoo:19'], NO_ENGINE);
    expect(exitCode).toBe(3);
    expect(result).toMatchObject({ status: 'inconclusive', reason: expect.stringContaining('engine') });
  });

  test('passes once it was neutralized with it', async () => {
    await odoo([], 'neutralize');
    const { exitCode, result } = await check(['--addons-path', `${folders},${ADDONS}`]);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ status: 'passed', assertions: 21 });
  });
});

test.each([
  ['an image and folders', ['--image', 'odoo:19', '--addons-path', ADDONS], 'conflicting-option'],
  ['a folder that is not there', ['--addons-path', 'nowhere'], 'addons-folder'],
  ['an addons folder that is not there', ['--image', 'odoo:19', '--addons', 'nowhere'], 'addons-folder'],
])('%s is a mistake of usage', async (_title, args, code) => {
  const { exitCode, stderr } = await runCli([
    ...[
      'check',
      '--database-url',
      'postgresql://odoo@127.0.0.1:1/uat',
      '--base-url',
      'https://uat.example.com',
      ...args,
    ],
  ]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`error [${code}]`);
});
