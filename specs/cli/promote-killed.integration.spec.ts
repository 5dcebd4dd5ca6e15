import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { readEvidence, readPolicy } from '../../cli/evidence-files.ts';
import type { Entry } from '../../deploy/history/entry.ts';
import { readHistory } from '../../deploy/history/verify.ts';
import { promote } from '../../deploy/promote/promote.ts';
import { ci, TAGS } from '../deploy/promote/release.ts';
import { useRegistry } from '../support/registry.ts';
import { startCli } from '../support/run-cli.ts';
import { passingEvidence } from './passing-evidence.ts';

const registry = useRegistry();
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A release of its own: an image, evidence of it, a policy, a history. */
async function prepared(name: string) {
  const image = await registry().pushImage(name, TAGS.from, name);
  const repository = `${registry().host}/${name}`;
  const file = (what: string) => join(folder, `${name.replace('/', '-')}-${what}`);
  await writeFile(file('evidence.json'), passingEvidence({ repository, digest: image.digest }));
  const publicKey = ci.signer.publicKey.export({ type: 'spki', format: 'pem' });
  await writeFile(file('policy.yaml'), stringify({ signers: [{ name: 'ci', environments: ['uat'], publicKey }] }));
  const args = [
    ...['promote', '--repository', repository, '--from', TAGS.from, '--to', TAGS.to],
    ...['--evidence', file('evidence.json'), '--policy', file('policy.yaml'), '--history', file('history.jsonl')],
  ];
  const history = file('history.jsonl');
  const again = async () =>
    promote({
      ...{ repository, ...TAGS, history: { path: history, operator: 'otto' } },
      basis: { evidence: await readEvidence([file('evidence.json')]), policy: await readPolicy(file('policy.yaml')) },
    });
  return { image, args, again, history, target: () => registry().digestOf(name, TAGS.to) };
}

async function statuses(history: string): Promise<Entry['status'][]> {
  const found: Entry['status'][] = [];
  for await (const { status } of readHistory(history)) found.push(status);
  return found;
}

/** Makes the locks of a killed process as old as those are that others take over. */
async function ageLocks(...folders: string[]): Promise<void> {
  const long = new Date(Date.now() - 600_000);
  const locks = (
    await Promise.all(folders.map((each) => readdir(each, { recursive: true, withFileTypes: true })))
  ).flat();
  for (const { name, parentPath } of locks.filter((each) => each.name.endsWith('.lock'))) {
    await utimes(join(parentPath, name), long, long);
  }
}

const cache = join(folder, 'cache');
const env = { ODOO_GATE_CACHE_FOLDER: cache };
beforeEach(() => void vi.stubEnv('ODOO_GATE_CACHE_FOLDER', cache));
afterAll(() => void vi.unstubAllEnvs());

/** Runs a promotion that is killed at its request number `step`, before the registry gets it or after it has answered. */
async function killedAt(step: number, when: 'before' | 'after', args: readonly string[]): Promise<{ killed: boolean }> {
  let seen = 0;
  const { child, ended } = startCli(args, { env });
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
    throw new Error('nobody is there to answer');
  };
  registry().intercept(async (_exchange, forward) => {
    seen += 1;
    if (seen !== step) return forward();
    if (when === 'before') return kill();
    await forward();
    return kill();
  });
  const { signal } = await ended;
  registry().intercept((_exchange, forward) => forward());
  return { killed: signal === 'SIGKILL' };
}

it('a promotion that is killed at whichever request leaves the old or the new tag, and the next one goes on', async () => {
  const seen: string[] = [];
  for (let step = 1, more = true; more; step += 1) {
    for (const when of ['before', 'after'] as const) {
      const { args, again, image, history, target } = await prepared(`acme/killed-${when}-${step}`);
      more = (await killedAt(step, when, args)).killed;
      const tag = await target();
      const said = await statuses(history);
      seen.push(`${tag === null ? 'old' : 'new'}: ${said.join(' ') || 'nothing'}`);
      expect([null, image.digest]).toContain(tag);

      await ageLocks(folder);
      expect(await again()).toMatchObject({ status: expect.stringMatching(/^(already-)?promoted$/) });
      expect(await target()).toBe(image.digest);
      expect((await statuses(history)).at(-1)).toMatch(/^(already-)?promoted$/);
    }
  }
  // In the order in which they come: the history never says of a tag what it is not.
  expect([...new Set(seen)]).toEqual(['old: nothing', 'old: started', 'new: started', 'new: started promoted']);
});
