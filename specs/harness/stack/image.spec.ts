import { expect, test } from 'vitest';
import { repositoryOf } from '../../../harness/stack/image.ts';

test.each([
  ['odoo', 'odoo'],
  ['odoo:19', 'odoo'],
  ['docker.io/library/odoo:19', 'odoo'],
  ['docker.io/acme/odoo:19', 'acme/odoo'],
  ['ghcr.io/acme/odoo:uat-v1.2.3', 'ghcr.io/acme/odoo'],
  ['localhost:5000/odoo', 'localhost:5000/odoo'],
  ['localhost:5000/odoo:19', 'localhost:5000/odoo'],
  ['localhost:5000/odoo@sha256:0123', 'localhost:5000/odoo'],
  ['ghcr.io/acme/odoo:19@sha256:0123', 'ghcr.io/acme/odoo'],
])('the repository of %s is %s, as the engine writes it', (reference, repository) => {
  expect(repositoryOf(reference)).toBe(repository);
});
