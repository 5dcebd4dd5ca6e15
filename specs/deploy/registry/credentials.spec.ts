import { describe, expect, it } from 'vitest';
import { storedCredentials } from '../../../deploy/registry/credentials.ts';
import { UsageError } from '../../../harness/errors.ts';
import { dockerConfig } from '../../support/docker-config.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const read = async (registry: string, config: unknown) =>
  storedCredentials(registry, { DOCKER_CONFIG: await dockerConfig(config) });

describe('the stored login is found', () => {
  it.each([
    ['by host', 'ghcr.io', 'ghcr.io'],
    ['by host and port', 'localhost:5000', 'localhost:5000'],
    ['by URL', 'ghcr.io', 'https://ghcr.io/v2/'],
    ["by Docker Hub's URL", 'docker.io', 'https://index.docker.io/v1/'],
  ])('%s', async (_name, registry, key) => {
    await expect(read(registry, { auths: { [key]: { auth: base64('ci:pass:word') } } })).resolves.toEqual({
      user: 'ci',
      password: 'pass:word',
    });
  });

  it('as user and password', async () => {
    const config = { auths: { 'ghcr.io': { username: 'ci', password: 'x' } } };
    await expect(read('ghcr.io', config)).resolves.toEqual({ user: 'ci', password: 'x' });
  });

  it('in plain, although a helper is set for the others', async () => {
    const config = { auths: { 'ghcr.io': { auth: base64('ci:x') } }, credsStore: 'desktop' };
    await expect(read('ghcr.io', config)).resolves.toEqual({ user: 'ci', password: 'x' });
  });
});

describe('there is none', () => {
  it.each([
    ['in an empty file', {}],
    ['for another host', { auths: { 'ghcr.io.evil.example': { auth: base64('ci:x') } } }],
    ['for another port', { auths: { 'ghcr.io:8443': { auth: base64('ci:x') } } }],
    ['in an empty entry', { auths: { 'ghcr.io': {} } }],
    ['when the helper is for another host', { credHelpers: { 'gcr.io': 'gcloud' } }],
  ])('%s', async (_name, config) => {
    await expect(read('ghcr.io', config)).resolves.toBeUndefined();
  });

  it('without the file', async () => {
    await expect(storedCredentials('ghcr.io', { DOCKER_CONFIG: '/no/such/folder' })).resolves.toBeUndefined();
  });
});

describe('it is refused, without repeating the file', () => {
  it.each<[string, unknown, string]>([
    ['not JSON', '{"auths": {"ghcr.io": {"auth": "hunter2"', 'registry-docker-config'],
    ['auths is a list', { auths: ['hunter2'] }, 'registry-docker-config'],
    [
      'auth is not base64 of user:password',
      { auths: { 'ghcr.io': { auth: base64('hunter2') } } },
      'registry-docker-config',
    ],
    ['an identity token', { auths: { 'ghcr.io': { identitytoken: 'hunter2' } } }, 'registry-identity-token'],
    ['a helper for all', { auths: { 'ghcr.io': {} }, credsStore: 'desktop' }, 'registry-credential-helper'],
    ['a helper for this host', { credHelpers: { 'ghcr.io': 'pass' } }, 'registry-credential-helper'],
  ])('%s', async (_name, config, code) => {
    const error = await read('ghcr.io', config).catch((caught) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.code).toBe(code);
    expect(`${error.message}${error.next}${error.stack}${error.cause}`).not.toContain('hunter2');
  });
});
