import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askHelper } from '../../../deploy/registry/credential-helper.ts';
import { storedCredentials } from '../../../deploy/registry/credentials.ts';
import { InfrastructureError, UsageError } from '../../../harness/errors.ts';
import { credentialHelper, knows } from '../../support/credential-helper.ts';
import { dockerConfig } from '../../support/docker-config.ts';
import { eventually, stillRunning } from '../../support/processes.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const read = async (registry: string, config: unknown) =>
  storedCredentials(registry, { environment: { ...process.env, DOCKER_CONFIG: await dockerConfig(config) } });

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

  it('as an identity token', async () => {
    const config = { auths: { 'ghcr.io': { auth: base64('ci:'), identitytoken: 'r3fresh' } } };
    await expect(read('ghcr.io', config)).resolves.toEqual({ identityToken: 'r3fresh' });
  });

  it('behind an entry of the same host that is empty', async () => {
    const auths = {
      'https://index.docker.io/v1/access-token': {},
      'https://index.docker.io/v1/': { auth: base64('ci:x') },
    };
    await expect(read('docker.io', { auths })).resolves.toEqual({ user: 'ci', password: 'x' });
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
    ['when the helper of all is named by nothing', { credsStore: '' }],
  ])('%s', async (_name, config) => {
    await expect(read('ghcr.io', config)).resolves.toBeUndefined();
  });

  it('without the file', async () => {
    const environment = { DOCKER_CONFIG: '/no/such/folder' };
    await expect(storedCredentials('ghcr.io', { environment })).resolves.toBeUndefined();
  });
});

describe('it is refused, without repeating the file', () => {
  it.each<[string, unknown]>([
    ['not JSON', '{"auths": {"ghcr.io": {"auth": "hunter2"'],
    ['auths is a list', { auths: ['hunter2'] }],
    ['auth is not base64 of user:password', { auths: { 'ghcr.io': { auth: base64('hunter2') } } }],
    ['a helper that is a path', { credsStore: '../../hunter2' }],
    ['a helper that is a command line', { credHelpers: { 'ghcr.io': 'pass hunter2' } }],
  ])('%s', async (_name, config) => {
    const error = await read('ghcr.io', config).catch((caught) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.code).toBe('registry-docker-config');
    expect(`${error.message}${error.next}${error.stack}${error.cause}`).not.toContain('hunter2');
  });
});

describe('a credential helper', () => {
  const FOR_ALL = { auths: { 'ghcr.io': {} }, credsStore: 'spec' };

  it('of all is asked to get, with the registry on its input', async () => {
    const folder = await credentialHelper('spec', knows('ghcr.io', 'ci', 'hunter2'));
    await expect(read('ghcr.io', FOR_ALL)).resolves.toEqual({ user: 'ci', password: 'hunter2' });
    expect(await readFile(join(folder, 'arguments'), 'utf8')).toBe('get\n');
  });

  it('of this registry wins over what stands in the file', async () => {
    await credentialHelper('spec', knows('ghcr.io', 'ci', 'new'));
    const config = { auths: { 'ghcr.io': { auth: base64('ci:old') } }, credHelpers: { 'ghcr.io': 'spec' } };
    await expect(read('ghcr.io', config)).resolves.toEqual({ user: 'ci', password: 'new' });
  });

  it("is asked for Docker Hub by Docker Hub's old address", async () => {
    await credentialHelper('spec', knows('https://index.docker.io/v1/', 'ci', 'x'));
    await expect(read('docker.io', { credsStore: 'spec' })).resolves.toEqual({ user: 'ci', password: 'x' });
  });

  it('may know an identity token', async () => {
    await credentialHelper('spec', knows('ghcr.io', '<token>', 'r3fresh'));
    await expect(read('ghcr.io', FOR_ALL)).resolves.toEqual({ identityToken: 'r3fresh' });
  });

  it('that does not know the registry leaves it without a login', async () => {
    await credentialHelper('spec', knows('gcr.io', 'ci', 'x'));
    await expect(read('ghcr.io', FOR_ALL)).resolves.toBeUndefined();
  });

  it('that is not there is named', async () => {
    const error = await read('ghcr.io', { credsStore: 'no-such' }).catch((caught) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      code: 'registry-helper-missing',
      message: expect.stringContaining('docker-credential-no-such is not on PATH'),
    });
  });

  it.each([
    ['fails', 'echo "hunter2 is locked"; echo hunter2 >&2; exit 1', 'exit code 1'],
    ['is killed', 'kill -9 $$', 'exit code none'],
    ['answers with no JSON', 'echo hunter2', 'not a login'],
    ['answers with half a login', 'echo \'{"Username":"hunter2"}\'', 'not a login'],
    ['answers with an empty secret', 'echo \'{"Username":"hunter2","Secret":""}\'', 'not a login'],
    ['answers without an end', 'yes hunter2', 'without an end'],
  ])('that %s is an error that repeats nothing of it', async (_name, script, what) => {
    await credentialHelper('spec', script);
    const error = await read('ghcr.io', FOR_ALL).catch((caught) => caught);
    expect(error).toBeInstanceOf(InfrastructureError);
    expect(error).toMatchObject({ code: 'registry-helper-failed', message: expect.stringContaining(what) });
    expect(`${error.message}${error.next}${error.stack}${error.cause}`).not.toContain('hunter2');
  });

  it('that hangs is an error', async () => {
    await credentialHelper('spec', 'sleep 600');
    const asked = askHelper('spec', 'ghcr.io', { environment: process.env, timeoutMs: 200 });
    await expect(asked).rejects.toThrow('did not answer within 200 ms');
  });

  it('is ended with the run, and so is what it started', async () => {
    const folder = await credentialHelper('spec', 'sleep 600 &\necho $! > pid.new; mv pid.new pid; wait');
    const stop = new AbortController();
    const asked = askHelper('spec', 'ghcr.io', { environment: process.env, signal: stop.signal });
    asked.catch(() => {});
    await eventually('the helper runs', async () => existsSync(join(folder, 'pid')));
    const sleeper = { pid: Number(await readFile(join(folder, 'pid'), 'utf8')), parent: 0, name: 'sleep' };
    expect(await stillRunning([sleeper])).toEqual([sleeper]);
    stop.abort(new Error('stopped by the user'));
    await expect(asked).rejects.toThrow('stopped by the user');
    await eventually('nothing of it runs', async () => (await stillRunning([sleeper])).length === 0);
  });
});
