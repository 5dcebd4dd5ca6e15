import { describe, expect, it } from 'vitest';
import {
  formatRepository,
  parseDigest,
  parseReference,
  parseRepository,
  parseTag,
} from '../../../deploy/registry/reference.ts';
import { UsageError } from '../../../harness/errors.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('a reference', () => {
  it.each([
    ['odoo', 'docker.io/library/odoo', undefined, undefined],
    ['odoo:19', 'docker.io/library/odoo', '19', undefined],
    ['acme/odoo', 'docker.io/acme/odoo', undefined, undefined],
    ['index.docker.io/acme/odoo', 'docker.io/acme/odoo', undefined, undefined],
    ['localhost/x', 'localhost/x', undefined, undefined],
    ['localhost:5000/x:y', 'localhost:5000/x', 'y', undefined],
    ['[::1]:5000/x', '[::1]:5000/x', undefined, undefined],
    ['127.0.0.1:5000/a/b_c/d--e:uat-v1.2.3', '127.0.0.1:5000/a/b_c/d--e', 'uat-v1.2.3', undefined],
    ['GHCR.io/acme/odoo', 'ghcr.io/acme/odoo', undefined, undefined],
    [`ghcr.io/acme/odoo@${digest}`, 'ghcr.io/acme/odoo', undefined, digest],
    [`ghcr.io/acme/odoo:v1@${digest}`, 'ghcr.io/acme/odoo', 'v1', digest],
  ])('%s is read', (text, repository, tag, expectedDigest) => {
    const reference = parseReference(text);
    expect(formatRepository(reference.repository)).toBe(repository);
    expect(reference.tag).toBe(tag);
    expect(reference.digest).toBe(expectedDigest);
  });

  it.each([
    '',
    ' ',
    '/',
    '/odoo',
    'acme//odoo',
    'acme/odoo/',
    'Acme/odoo',
    'ghcr.io/Acme/odoo',
    'acme/odoo:',
    'acme/odoo:-x',
    'acme/odoo:a b',
    `acme/odoo:${'x'.repeat(129)}`,
    'acme/../odoo',
    'acme/odoo?x=1',
    'acme/odoo\n',
    'https://ghcr.io/acme/odoo',
    'localhost:0/x',
    'localhost:70000/x',
    'localhost:port/x',
    'ghcr.io:443:1/x',
    '-ghcr.io/x',
    `ghcr.io/${'x'.repeat(256)}`,
    'acme/odoo@sha256:abc',
    `acme/odoo@sha512:${'a'.repeat(128)}`,
    `acme/odoo@${digest.toUpperCase()}`,
    `acme/odoo@${digest}@${digest}`,
  ])('%j is refused', (text) => {
    expect(() => parseReference(text)).toThrow(UsageError);
  });
});

it.each(['acme/odoo:v1', `acme/odoo@${digest}`])('a repository with more than its name is refused: %s', (text) => {
  expect(() => parseRepository(text)).toThrow('give the repository alone');
});

it('a password in a mistyped reference is not repeated', () => {
  expect(() => parseRepository('https://ci:hunter2@ghcr.io/acme/odoo')).toThrow(/^(?!.*hunter2)/);
});

it.each(['', '.hidden', '../../x', 'a/b', 'a:b', 'ü'])('%j is not a tag', (text) => {
  expect(() => parseTag(text)).toThrow(UsageError);
});

it.each(['', 'sha256:', `sha256:${'g'.repeat(64)}`, 'a'.repeat(64)])('%j is not a digest', (text) => {
  expect(() => parseDigest(text)).toThrow(UsageError);
});
