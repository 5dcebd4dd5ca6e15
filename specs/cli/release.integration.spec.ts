import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { wordsFor } from '../../deploy/approve/approval.ts';
import { newKeyPair } from '../../harness/evidence/keys.ts';
import { ci, TAGS } from '../deploy/promote/release.ts';
import { useRegistry } from '../support/registry.ts';
import { runCli } from '../support/run-cli.ts';
import { passingEvidence } from './passing-evidence.ts';

const registry = useRegistry();
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const file = (name: string) => join(folder, name);
const anna = newKeyPair();
const env = {
  ODOO_GATE_CACHE_FOLDER: file('cache'),
  ODOO_GATE_POLICY: file('policy.yaml'),
  CI_KEY: ci.key.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ANNA_KEY: anna.privatePem,
};
let digest = '';
let step: string[] = [];

/** Runs in a terminal, in which these lines are typed. */
function inTerminal(
  args: readonly string[],
  lines: readonly string[],
): Promise<{ exitCode: number | null; shown: string }> {
  const quoted = [process.execPath, 'cli/odoo-gate.js', ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  const left = [...lines];
  let shown = '';
  let asked = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    // A line is typed when it is asked for.
    for (const prompts = shown.match(/\[yes\/no\] |to approve: /g)?.length ?? 0; asked < prompts; asked += 1) {
      child.stdin.write(`${left.shift() ?? ''}\n`);
    }
  });
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, shown })));
}

beforeAll(async () => {
  const image = await registry().pushImage('acme/odoo', TAGS.from, 'a release');
  digest = image.digest;
  const repository = `${registry().host}/acme/odoo`;
  step = ['--repository', repository, '--from', TAGS.from, '--to', TAGS.to, '--evidence', file('evidence.json')];
  await writeFile(file('evidence.json'), passingEvidence({ repository, digest }));
  const publicKey = ci.signer.publicKey.export({ type: 'spki', format: 'pem' });
  const policy = {
    signers: [{ name: 'ci', environments: ['uat'], publicKey }],
    approvers: [{ name: 'anna', publicKey: anna.publicPem }],
    promotions: [
      { from: 'uat-v{version}', to: 'prod-v{version}', approval: { by: 'another', questions: ['Tested?', 'Backup?'] } },
    ],
  };
  await writeFile(file('policy.yaml'), stringify(policy));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a release goes from a verdict by an approval to its tag, and the history tells', async () => {
  const gate = await runCli(['gate', ...step, '--sign-key-env', 'CI_KEY', '--out-file', file('verdict.json')], { env });
  expect(gate, gate.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('passed:') });

  const promote = [
    'promote',
    ...step,
    '--verdict',
    file('verdict.json'),
    '--history',
    file('history.jsonl'),
    '--operator',
    'otto',
  ];
  const early = await runCli(promote, { env });
  expect(early).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('[approval-missing]') });
  expect(await registry().digestOf('acme/odoo', TAGS.to)).toBeNull();

  const approve = [
    'approve',
    '--verdict',
    file('verdict.json'),
    '--sign-key-env',
    'ANNA_KEY',
    '--out-file',
    file('anna.json'),
  ];
  const hesitant = await inTerminal(approve, ['yes', 'no']);
  expect(hesitant).toMatchObject({ exitCode: 1, shown: expect.stringContaining('[approval-incomplete]') });
  const careless = await inTerminal(approve, ['yes', 'yes', 'APPROVE']);
  expect(careless).toMatchObject({ exitCode: 1, shown: expect.stringContaining('[approval-incomplete]') });
  const approved = await inTerminal(approve, ['yes', 'yes', wordsFor(digest)]);
  expect(approved, approved.shown).toMatchObject({ exitCode: 0, shown: expect.stringContaining('approved by anna') });

  const promoted = await runCli([...promote, '--approval', file('anna.json')], { env });
  expect(promoted, promoted.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('approved by anna') });
  expect(await registry().digestOf('acme/odoo', TAGS.to)).toBe(digest);

  for (const name of ['verdict.json', 'anna.json', 'history.jsonl']) {
    const written = await readFile(file(name), 'utf8');
    for (const pem of [env.CI_KEY, env.ANNA_KEY]) expect(written).not.toContain(pem.split('\n')[1]);
  }
  const shown = await runCli(['history', 'show', file('history.jsonl')], { env });
  expect(
    shown.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' | ').slice(1).join(' | ')),
  ).toEqual([
    `${TAGS.to} | prod | refused | otto`,
    `${TAGS.to} | prod | started | otto`,
    `${TAGS.to} | prod | promoted | otto`,
  ]);
});

it('an approval takes a person', async () => {
  const args = [
    'approve',
    '--verdict',
    file('verdict.json'),
    '--sign-key-env',
    'ANNA_KEY',
    '--out-file',
    file('x.json'),
  ];
  expect(await runCli(args, { env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('[approval-needs-terminal]'),
  });
});
