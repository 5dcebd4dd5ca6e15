import { expect, it } from 'vitest';
import { silentProgress } from '../../../harness/progress.ts';
import { modulesOfOdoo } from '../../../harness/verify/modules-of-odoo.ts';

const options = { progress: silentProgress, signal: new AbortController().signal };

it('an image says which modules are its own, and of which series, and folders add theirs', async () => {
  const known = await modulesOfOdoo({ image: 'odoo:19', folders: ['fixtures/addons/custom'] }, options);
  expect(known?.series).toBe('19.0');
  expect([...(known?.names ?? [])]).toEqual(expect.arrayContaining(['base', 'web', 'sale', 'gate_loyalty']));
});

it('without either nothing is known', async () => {
  expect(await modulesOfOdoo({}, options)).toBeUndefined();
});
