import { expect, test, vi } from 'vitest';
import { silentProgress } from '../../../harness/progress.ts';
import { runSmoke, type SmokeOptions } from '../../../harness/smoke/run-smoke.ts';
import { SMOKE_CHECKS } from '../../../harness/smoke/smoke-checks.ts';

const options: SmokeOptions = {
  url: new URL('http://127.0.0.1:1'),
  database: 'uat',
  login: 'admin',
  password: 'secret word',
  outDir: '/nowhere',
  progress: silentProgress,
};

test('the checks are named after the files of the flows', () => {
  expect(SMOKE_CHECKS).toEqual(['smoke.apps', 'smoke.login', 'smoke.quotation']);
});

test.each([
  ['a flow that does not exist', { flows: ['quotaton'] }, { code: 'unknown-flow', exitCode: 2 }],
  ['no flow at all', { flows: [] }, { code: 'unknown-flow', exitCode: 2 }],
])('%s is a usage error that lists the flows', async (_, wrong, error) => {
  await expect(runSmoke({ ...options, ...wrong })).rejects.toMatchObject({
    ...error,
    next: 'Choose from: apps, login, quotation.',
  });
});

test('without a browser nothing is started', async () => {
  vi.stubEnv('ODOO_GATE_BROWSER', '/nowhere/chrome');
  try {
    await expect(runSmoke(options)).rejects.toMatchObject({ code: 'browser-missing', exitCode: 3 });
  } finally {
    vi.unstubAllEnvs();
  }
});

test.each([{ login: '' }, { password: '' }])('without credentials (%j) every flow is inconclusive', async (missing) => {
  const { results } = await runSmoke({ ...options, ...missing });
  expect(results.map(({ id, status }) => [id, status])).toEqual(SMOKE_CHECKS.map((id) => [id, 'inconclusive']));
});
