import { afterEach, expect, it, vi } from 'vitest';
import { createProgram } from '../../cli/program.ts';
import { newKeyPair } from '../../harness/evidence/keys.ts';

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['--modules', 'sale_custom'],
  ['--changed-since', 'HEAD'],
])('tests of a part of the addons (%s) can not be signed: they would count for the whole image', async (...part) => {
  vi.stubEnv('ODOO_GATE_SPEC_KEY', newKeyPair().privatePem);
  const program = await createProgram(new AbortController().signal, { only: ['test'] });
  const args = [
    ...['test', '--image', 'odoo:19', '--addons', 'nowhere', '--out', 'nowhere', ...part],
    ...['--sign-key-env', 'ODOO_GATE_SPEC_KEY', '--for-image', `ghcr.io/acme/odoo@sha256:${'a'.repeat(64)}`],
  ];
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toMatchObject({
    code: 'options',
    exitCode: 2,
    message: expect.stringContaining(part[0]),
  });
});
