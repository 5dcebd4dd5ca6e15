import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { readEvidence, readPolicy } from '../../cli/evidence-files.ts';
import { consoleProgress } from '../../cli/progress.ts';
import { REQUIRED } from '../../cli/tag-step.ts';
import { promote } from '../../deploy/promote/promote.ts';
import { connectRegistry, type RegistryClient } from '../../deploy/registry/client.ts';
import { readManifest } from '../../deploy/registry/manifest.ts';
import { parseRepository } from '../../deploy/registry/reference.ts';
import { startLocalRegistry } from '../../fixtures/demo/local-registry.ts';
import { withRun } from '../../harness/stack/run-context.ts';
import { passingEvidence } from '../cli/passing-evidence.ts';
import { ci } from '../deploy/promote/release.ts';

/*
 * `odoo-gate promote` beside `skopeo copy --all --preserve-digests`: an index of two platforms, each with a layer of so
 * many MB, to a new tag of the same repository and into another one. Whole commands, the start of each process included,
 * in turns, the quickest of five; prints, asserts nothing.
 *   npm run bench promote [megabytes]
 */
const megabytes = Number(process.argv[2] ?? 50);
const ROUNDS = 5;
const OCI = 'application/vnd.oci.image';
const CLI = join(import.meta.dirname, '..', '..', 'cli', 'odoo-gate.js');
const progress = consoleProgress();
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-bench-'));

/** Pushes the index under a tag, and gives its digest. */
async function pushIndex(client: RegistryClient, tag: string): Promise<string> {
  const children = [];
  for (const architecture of ['amd64', 'arm64']) {
    const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }));
    const layer = new Uint8Array(randomBytes(megabytes * 1_000_000));
    const blob = async (bytes: Uint8Array<ArrayBuffer>, mediaType: string) => ({
      mediaType,
      ...(await client.putBlob(bytes)),
    });
    children.push({
      architecture,
      body: {
        schemaVersion: 2,
        mediaType: `${OCI}.manifest.v1+json`,
        config: await blob(new Uint8Array(config), `${OCI}.config.v1+json`),
        layers: [await blob(layer, `${OCI}.layer.v1.tar`)],
      },
    });
  }
  const put = async (body: object, type: string, at?: string) => {
    const manifest = readManifest(new Uint8Array(Buffer.from(JSON.stringify(body))), type);
    await client.putManifest(at ?? manifest.digest, manifest);
    return { digest: manifest.digest, size: manifest.bytes.length };
  };
  const manifests = [];
  for (const { architecture, body } of children) {
    const pushed = await put(body, body.mediaType);
    manifests.push({ mediaType: body.mediaType, ...pushed, platform: { os: 'linux', architecture } });
  }
  const type = `${OCI}.index.v1+json`;
  return (await put({ schemaVersion: 2, mediaType: type, manifests }, type, tag)).digest;
}

async function seconds(program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  await promisify(execFile)(program, args, { env: { ...process.env, CI: 'true' } });
  return (performance.now() - started) / 1000;
}

/** The same promotion by its function, in a process that has started. */
async function work(repository: string, to: string, evidence: string, policy: string): Promise<number> {
  const started = performance.now();
  const promotion = await promote({
    ...{ repository, from: 'uat-v1.0.0', to, required: REQUIRED },
    basis: { evidence: await readEvidence([evidence]), policy: await readPolicy(policy) },
  });
  if (promotion.status !== 'promoted') throw new Error(JSON.stringify(promotion));
  return (performance.now() - started) / 1000;
}

/** Prints a line of figures, `elsewhere` into a repository that has nothing yet. */
async function measure(title: string, source: string, elsewhere: boolean): Promise<void> {
  const publicKey = ci.signer.publicKey.export({ type: 'spki', format: 'pem' });
  const signers = [{ name: 'ci', environments: ['uat'], publicKey }];
  const evidence = join(folder, 'evidence.json');
  const policy = join(folder, 'policy.yaml');
  const allow = (toRepository: string) => {
    const target = elsewhere ? { toRepository } : {};
    return writeFile(policy, stringify({ signers, promotions: [{ from: 'uat-v{version}', to: '{any}', ...target }] }));
  };
  const [ours, oursWithoutStart, skopeo, skopeoStart]: number[][] = [[], [], [], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await allow(`${source}-command-${round}`);
    const tags = ['--from', 'uat-v1.0.0', '--to', `command-${round}`];
    const proof = ['--evidence', evidence, '--policy', policy];
    ours?.push(await seconds(process.execPath, [CLI, 'promote', '--repository', source, ...tags, ...proof]));
    await allow(`${source}-work-${round}`);
    oursWithoutStart?.push(await work(source, `work-${round}`, evidence, policy));
    const how = ['copy', '--insecure-policy', '--all', '--preserve-digests'];
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    const copy = elsewhere ? `${source}-skopeo-${round}:prod` : `${source}:skopeo-${round}`;
    skopeo?.push(await seconds('skopeo', [...how, ...tls, `docker://${source}:uat-v1.0.0`, `docker://${copy}`]));
    skopeoStart?.push(await seconds('skopeo', ['--version']));
  }
  const best = (all: readonly number[] = []) => Math.min(...all);
  const rest = best(skopeo) - best(skopeoStart);
  const columns = [
    title.padEnd(20),
    `${best(ours).toFixed(2)} s  skopeo ${best(skopeo).toFixed(2)} s  ${(best(ours) / best(skopeo)).toFixed(2)}`,
    `without the start ${best(oursWithoutStart).toFixed(3)} s  skopeo ${rest.toFixed(3)} s  ${(best(oursWithoutStart) / rest).toFixed(2)}`,
  ];
  console.log(columns.join(' | '));
}

try {
  // The registry keeps its blobs in the cache: these are of no use later.
  process.env.ODOO_GATE_CACHE_FOLDER = join(folder, 'cache');
  await withRun({ progress, signal: new AbortController().signal }, async (context) => {
    const registry = await startLocalRegistry(context);
    try {
      const client = connectRegistry(parseRepository(registry.repository));
      const digest = await progress.step('push an index', () => pushIndex(client, 'uat-v1.0.0'));
      await writeFile(join(folder, 'evidence.json'), passingEvidence({ repository: registry.repository, digest }));
      await measure('same repository', registry.repository, false);
      await measure('another repository', registry.repository, true);
    } finally {
      await registry.close();
    }
  });
} finally {
  await rm(folder, { recursive: true, force: true });
  progress.close();
}
