import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { TAGS } from '../deploy/promote/release.ts';
import { WORKFLOW } from '../harness/evidence/sample-keyless.ts';
import { serve } from '../support/local-server.ts';
import { useRegistry } from '../support/registry.ts';
import { runCli } from '../support/run-cli.ts';
import { tokenFor, useSigstore } from '../support/sigstore.ts';

const registry = useRegistry();
const sigstore = useSigstore();
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
const file = (name: string) => join(folder, name);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What sigstore is asked for a signature. */
const ONCE = ['/api/v2/signingCert', '/api/v1/log/entries'];
const TOKEN = tokenFor(WORKFLOW);
/** What a CI job has, and where its sigstore is. */
const job = () => ({
  SIGSTORE_ID_TOKEN: TOKEN,
  ODOO_GATE_FULCIO_URL: sigstore().services.fulcioUrl.href,
  ODOO_GATE_REKOR_URL: sigstore().services.rekorUrl.href,
});
const NO_JOB = {
  SIGSTORE_ID_TOKEN: '',
  ACTIONS_ID_TOKEN_REQUEST_URL: '',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: '',
  BUILDKITE: '',
};
let image = '';
let step: string[] = [];

const coverage = (out: string, ...more: string[]) => [
  ...['coverage', 'fixtures/coverage/recorded/coverage-py-7.6.0.json', '--min', '1'],
  ...['--sign-keyless', '--for-image', image, '--out', file(out), ...more],
];

beforeAll(async () => {
  const { digest } = await registry().pushImage('acme/odoo', TAGS.from, 'a release');
  const repository = `${registry().host}/acme/odoo`;
  image = `${repository}@${digest}`;
  step = ['--repository', repository, '--from', TAGS.from, '--to', TAGS.to, '--policy', file('policy.yaml')];
  await writeFile(file('trusted_root.json'), JSON.stringify(sigstore().trustedRoot));
  const policy = (subject: string) =>
    stringify({
      sigstore: { trustedRoot: 'trusted_root.json' },
      signers: [{ name: 'uat workflow', environments: ['uat'], identity: { ...WORKFLOW, subject } }],
      promotions: [{ from: 'uat-v{version}', to: 'prod-v{version}', runs: ['coverage'] }],
    });
  await writeFile(file('policy.yaml'), policy(WORKFLOW.subject));
  await writeFile(file('others.yaml'), policy(WORKFLOW.subject.replace('acme', 'evil')));
});

it('a job signs its run and its verdict as itself, and offline the tag is set on them for whom the policy names alone', async () => {
  const covered = await runCli(coverage('covered'), { env: job() });
  expect(covered, covered.stderr).toMatchObject({ exitCode: 0 });
  const evidence = ['--evidence', file('covered')];
  await rm(file('covered/report.json'));
  await rm(file('covered/ctrf.json'));

  const gate = ['gate', ...step, ...evidence, '--sign-keyless', '--out-file', file('verdict.json')];
  const judged = await runCli(gate, { env: job() });
  expect(judged, judged.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('passed:') });
  const { asked } = sigstore();
  expect(asked.splice(0).sort()).toEqual([...ONCE, ...ONCE].sort());

  const promote = ['promote', ...step, ...evidence, '--verdict', file('verdict.json')];
  const refused = await runCli([...promote, '--policy', file('others.yaml')], { env: NO_JOB });
  expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('[signer-unknown]') });
  expect(refused.stdout).toContain(WORKFLOW.subject);
  expect(await registry().digestOf('acme/odoo', TAGS.to)).toBeNull();

  const promoted = await runCli(promote, { env: NO_JOB });
  expect(promoted, promoted.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('uat workflow') });
  expect(image).toContain(await registry().digestOf('acme/odoo', TAGS.to));
  expect(asked).toEqual([]);
  for (const name of ['covered/evidence.json', 'verdict.json']) {
    expect(JSON.parse(await readFile(file(name), 'utf8'))).toHaveProperty('verificationMaterial.tlogEntries.0');
  }
});

it('where Rekor refuses there is a report and no evidence, not an older one either, and the exit code says so', async () => {
  await mkdir(file('unlogged'));
  await writeFile(file('unlogged/evidence.json'), 'of an earlier run');
  const rekor = await serve((_, response) => response.writeHead(422).end());
  const run = await runCli(coverage('unlogged', '--rekor-url', rekor.href), { env: job() });
  expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('[keyless-failed] Rekor answered 422') });
  const written = await readdir(file('unlogged'));
  expect(written).toContain('report.json');
  expect(written.filter((name) => /evidence|tmp/.test(name))).toEqual([]);
  for (const part of TOKEN.split('.')) expect(run.stderr + run.stdout).not.toContain(part);
});

it.each<[string, string[], Record<string, string>, string, string]>([
  ['nobody says who the job is', [], NO_JOB, 'keyless-no-identity', 'odoo-gate keys'],
  ['a key is given too', ['--sign-key-env', 'TOKEN'], { TOKEN }, 'options', 'exclude each other'],
  ['the token would go over the net in the clear', ['--fulcio-url', 'http://fulcio.example'], {}, 'options', 'https'],
])('nothing is run when %s', async (_, more, env, code, says) => {
  const run = await runCli(coverage('nowhere', ...more), { env: { ...job(), ...env } });
  expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`[${code}]`) });
  expect(run.stderr).toContain(says);
});
