import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { newKeyPair } from '../../harness/evidence/keys.ts';
import { ci, TAGS } from '../deploy/promote/release.ts';
import { useRegistry } from '../support/registry.ts';
import { runCli } from '../support/run-cli.ts';
import { passingEvidence } from './passing-evidence.ts';

const registry = useRegistry();
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);

it.each([
  ['pass', '1', 0, 'promoted'],
  ['failure', '99', 1, 'verdict-not-pass'],
])('a policy that asks for coverage takes its signed %s into account', async (_, min, exitCode, says) => {
  const name = `acme/covered-${min}`;
  const { digest } = await registry().pushImage(name, TAGS.from, name);
  const repository = `${registry().host}/${name}`;
  const coverer = newKeyPair();
  const evidence = file(min);
  const coverage = await runCli(
    [
      ...['coverage', 'fixtures/coverage/recorded/coverage-py-7.6.0.json', '--min', min],
      ...['--sign-key-env', 'COVERAGE_KEY', '--for-image', `${repository}@${digest}`, '--out', evidence],
    ],
    { env: { COVERAGE_KEY: coverer.privatePem } },
  );
  expect(coverage, coverage.stderr).toMatchObject({ exitCode });

  await writeFile(file('evidence.json'), passingEvidence({ repository, digest }));
  const signers = [
    { name: 'ci', publicKey: ci.signer.publicKey.export({ type: 'spki', format: 'pem' }), environments: ['uat'] },
    { name: 'coverage', publicKey: coverer.publicPem, environments: ['uat'] },
  ];
  const promotions = [{ from: 'uat-v{version}', to: 'prod-v{version}', runs: ['verify', 'coverage'] }];
  await writeFile(file('policy.yaml'), stringify({ signers, promotions }));
  const promoted = await runCli([
    ...['promote', '--repository', repository, '--from', TAGS.from, '--to', TAGS.to, '--policy', file('policy.yaml')],
    ...['--evidence', `${file('evidence.json')},${join(evidence, 'evidence.json')}`],
  ]);
  expect(promoted, promoted.stderr).toMatchObject({ exitCode, stdout: expect.stringContaining(says) });
});
