import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appendEntry } from '../../deploy/history/append.ts';
import { readHistory } from '../../deploy/history/verify.ts';
import { isDigest } from '../../deploy/registry/reference.ts';
import { useRegistry, WITH_DELETE } from '../support/registry.ts';
import { runCli } from '../support/run-cli.ts';

const registry = useRegistry(undefined, WITH_DELETE);
let folder: string;
let made = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retain-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two releases, of which the history says that the one with the higher name came first. */
async function prepared() {
  made += 1;
  const name = `acme/retained-${made}`;
  const repository = `${registry().host}/${name}`;
  const history = join(folder, 'promotions.jsonl');
  for (const [position, tag] of ['prod-v2', 'prod-v1'].entries()) {
    const { digest } = await registry().pushImage(name, tag, `${tag} of ${name}`);
    if (!isDigest(digest)) throw new Error('the registry gives digests');
    const entry = {
      version: tag,
      environment: 'prod',
      status: 'promoted',
      operator: 'anna',
      repository,
      digest,
    } as const;
    await appendEntry(history, entry, { now: new Date(1_000_000 * (position + 1)) });
  }
  const retain = (...more: string[]) =>
    runCli(['retain', '--repository', repository, '--pattern', 'prod-v*', '--keep-last', '1', ...more]);
  return { name, repository, history, retain };
}

it('`retain` says what would go, as a table, and removes nothing', async () => {
  const { name, history, retain } = await prepared();
  const { exitCode, stdout } = await retain('--history', history);
  expect(exitCode).toBe(0);
  const [kept, goes, note] = stdout.split('\n');
  expect(kept).toMatch(/^prod-v1 {2}protected {9}[0-9a-f]{12} {2}among the last 1 of prod-v\*$/);
  expect(goes).toMatch(/^prod-v2 {2}would be deleted {2}[0-9a-f]{12} {2}older than those that stay$/);
  expect(note).toBe('1 would go; nothing was changed. Do it with --yes.');
  expect(await registry().digestOf(name, 'prod-v2')).not.toBeNull();
});

it('`retain --yes` removes what is old, and records it in the history', async () => {
  const { name, repository, history, retain } = await prepared();
  const digest = await registry().digestOf(name, 'prod-v2');
  const { exitCode, stdout } = await retain('--history', history, '--yes', '--format', 'json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    repository,
    applied: true,
    tags: [
      { tag: 'prod-v1', outcome: 'protected' },
      { tag: 'prod-v2', outcome: 'deleted', digest },
    ],
  });
  expect(await registry().digestOf(name, 'prod-v2')).toBeNull();
  const entries = [];
  for await (const entry of readHistory(history)) entries.push(entry);
  expect(entries.at(-1)).toMatchObject({ status: 'deleted', version: 'prod-v2', environment: 'prod', digest });
});

it('`retain` ends with 3 when something could not be removed', async () => {
  const { retain, history } = await prepared();
  registry().intercept(({ method }, forward) =>
    method === 'DELETE' ? Promise.resolve(new Response(null, { status: 405 })) : forward(),
  );
  const { exitCode, stdout } = await retain('--history', history, '--yes');
  expect(stdout).toContain('unsupported');
  expect(exitCode).toBe(3);
});

it('`retain` takes no name of a history that is not there for an empty one', async () => {
  const { retain } = await prepared();
  const { exitCode, stderr } = await retain('--history', join(folder, 'typo.jsonl'));
  expect(stderr).toContain('[history-missing]');
  expect(exitCode).toBe(2);
});
