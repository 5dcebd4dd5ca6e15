import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPublicKey, readSigningKey } from '../../harness/evidence/keys.ts';
import { runCli } from '../support/run-cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const make = (name = 'ci') => runCli(['keys', '--out-file', join(folder, name), '--format', 'json']);

it('`keys` writes a pair: a private key that nobody else may read, and a public one', async () => {
  const { exitCode, stdout } = await make();
  expect(exitCode).toBe(0);
  const { id, privateKey, publicKey } = JSON.parse(stdout);
  expect(readSigningKey(readFileSync(privateKey, 'utf8')).id).toBe(id);
  expect(readPublicKey(readFileSync(publicKey, 'utf8'))).toBeDefined();
  expect(statSync(privateKey).mode & 0o777).toBe(0o600);
});

it('`keys` prints no private key', async () => {
  const { stdout, stderr } = await make();
  const [, secret = 'none'] = readFileSync(join(folder, 'ci.key'), 'utf8').split('\n');
  expect(stdout + stderr).not.toContain(secret);
});

it('`keys` overwrites no key', async () => {
  await make();
  const before = readFileSync(join(folder, 'ci.key'), 'utf8');
  expect(await make()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('[key-exists]') });
  expect(readFileSync(join(folder, 'ci.key'), 'utf8')).toBe(before);
});

it('`keys` says when it can not write', async () => {
  expect(await make('no/such/folder')).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('[key-not-written]'),
  });
});
