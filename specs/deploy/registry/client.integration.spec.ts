import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { probeCapabilities } from '../../../deploy/registry/capabilities.ts';
import { connectRegistry, type RegistryClient } from '../../../deploy/registry/client.ts';
import { RegistryLoginRefused, RegistryTlsError } from '../../../deploy/registry/errors.ts';
import { digestOf, type Manifest, readManifest } from '../../../deploy/registry/manifest.ts';
import { isDigest } from '../../../deploy/registry/reference.ts';
import { credentialHelper, knows } from '../../support/credential-helper.ts';
import { dockerConfig, storeIdentityToken, storeLogin } from '../../support/docker-config.ts';
import { useRegistry, WITH_DELETE } from '../../support/registry.ts';
import { basicLogin, bearerLogin } from '../../support/registry-login.ts';

const open = useRegistry();
// ci / right
const closed = useRegistry(() => basicLogin('ci:$2b$05$abcdefghijklmnopqrstuu8xaCxxL82bnl.UY74PMksDxIJShppPC\n'));
const tokens = useRegistry(
  () =>
    bearerLogin({
      'ci:right': ['pull', 'push'],
      'reader:right': ['pull'],
      'janitor:right': ['pull', 'push', 'delete'],
      '<token>:r3fresh': ['pull', 'push'],
    }),
  WITH_DELETE,
);

const connect = (host: string, name = 'acme/odoo') => connectRegistry({ registry: host, name }, { retryDelayMs: 1 });

describe('a manifest', () => {
  it.each(['pushImage', 'pushIndex'] as const)('of %s is read byte for byte', async (push) => {
    const pushed = await open()[push]('acme/odoo', push.toLowerCase(), push);
    const manifest = await connect(open().host).getManifest(push.toLowerCase());
    expect(Buffer.from(manifest?.bytes ?? []).toString()).toBe(pushed.text);
    expect(manifest).toMatchObject({ digest: pushed.digest, mediaType: pushed.mediaType });
  });

  it('is set under another tag without a change', async () => {
    const pushed = await open().pushIndex('acme/odoo', 'source', 'kept');
    const registry = connect(open().host);
    const manifest = await registry.getManifest('source');
    if (manifest) await registry.putManifest('copy', manifest);
    expect(await open().digestOf('acme/odoo', 'copy')).toBe(pushed.digest);
  });

  it('is found by its digest', async () => {
    const { digest } = await open().pushImage('acme/odoo', 'by-digest', 'by digest');
    await expect(connect(open().host).getManifest(digest)).resolves.toMatchObject({ digest });
  });

  it.each([
    ['an unknown tag', 'acme/odoo'],
    ['an unknown repository', 'acme/nothing'],
  ])('of %s is absent', async (_name, repository) => {
    const registry = connect(open().host, repository);
    await expect(registry.getManifest('no-such-tag')).resolves.toBeUndefined();
    await expect(registry.headManifest('no-such-tag')).resolves.toBeUndefined();
  });

  it('names its platforms', async () => {
    await open().pushIndex('acme/odoo', 'multi', 'platforms');
    const manifest = await connect(open().host).getManifest('multi');
    expect(manifest?.children.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64']);
  });
});

describe('tags', () => {
  it('are listed, all of them', async () => {
    const names = ['uat-v1.0.0', 'uat-v1.0.1', 'prod-v1.0.0'];
    for (const name of names) await open().pushImage('some/tags', name, name);
    expect((await connect(open().host, 'some/tags').listTags()).sort()).toEqual(names.sort());
  });

  it('of an unknown repository are none', async () => {
    await expect(connect(open().host, 'no/such').listTags()).resolves.toEqual([]);
  });
});

describe('a registry with a token service', () => {
  const copy = async () => {
    const registry = connect(tokens().host);
    const source = await connect(open().host).getManifest('for-tokens');
    if (source === undefined) throw new Error('the image was pushed');
    await registry.putManifest('copy', source);
  };

  it('gives a token to read with', async () => {
    await storeLogin(tokens().host, 'reader', 'right');
    await expect(connect(tokens().host).getManifest('none')).resolves.toBeUndefined();
    expect(tokens().exchanges.at(-1)?.headers.authorization).toMatch(/^Bearer /);
  });

  it('gives a token to push with', async () => {
    await open().pushImage('acme/odoo', 'for-tokens', 'for tokens');
    await storeLogin(tokens().host, 'ci', 'right');
    // The blobs are not there, which only somebody who may push is told.
    await expect(copy()).rejects.toThrow('MANIFEST_BLOB_UNKNOWN');
  });

  it('refuses to push with a login that may only read', async () => {
    await open().pushImage('acme/odoo', 'for-tokens', 'for tokens');
    await storeLogin(tokens().host, 'reader', 'right');
    await expect(copy()).rejects.toThrow(RegistryLoginRefused);
  });

  it('refuses a wrong password', async () => {
    await storeLogin(tokens().host, 'ci', 'wrong');
    await expect(connect(tokens().host).getManifest('none')).rejects.toThrow(RegistryLoginRefused);
  });
});

describe('an identity token', () => {
  it.each([
    ['of docker login', () => storeIdentityToken(tokens().host, 'r3fresh')],
    [
      'of a credential helper',
      async () => {
        await credentialHelper('spec', knows(tokens().host, '<token>', 'r3fresh'));
        vi.stubEnv('DOCKER_CONFIG', await dockerConfig({ credsStore: 'spec' }));
      },
    ],
  ])('%s gets tokens to read and to push with', async (_name, store) => {
    await store();
    const registry = connect(tokens().host);
    const { digest } = await registry.putBlob(new TextEncoder().encode(`pushed with an identity token ${_name}`));
    await expect(registry.hasBlob(digest)).resolves.toBe(true);
  });

  it('that counts no more is refused, and is in no error', async () => {
    await storeIdentityToken(tokens().host, '0utdated');
    const error = await connect(tokens().host)
      .listTags()
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(RegistryLoginRefused);
    expect(`${error.stack}${error.next}`).not.toContain('0utdated');
  });

  it('is of no use where a password is asked for', async () => {
    await storeIdentityToken(closed().host, 'r3fresh');
    await expect(connect(closed().host).listTags()).rejects.toMatchObject({ code: 'registry-identity-token' });
  });
});

it('a credential helper opens a registry with a password', async () => {
  await credentialHelper('spec', knows(closed().host, 'ci', 'right'));
  vi.stubEnv('DOCKER_CONFIG', await dockerConfig({ credHelpers: { [closed().host]: 'spec' } }));
  await expect(connect(closed().host).getManifest('none')).resolves.toBeUndefined();
});

describe('a blob', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('is mounted with a token for both repositories', async () => {
    await storeLogin(tokens().host, 'ci', 'right');
    const { digest } = await connect(tokens().host, 'acme/source').putBlob(bytes('to be mounted'));
    const target = connect(tokens().host, 'acme/target');
    await expect(target.mountBlob(digest, 'acme/source')).resolves.toBe('mounted');
    await expect(target.hasBlob(digest)).resolves.toBe(true);
  });

  it('that the other repository lacks is refused', async () => {
    const digest = digestOf(bytes('nowhere'));
    await expect(connect(open().host).mountBlob(digest, 'acme/nothing')).resolves.toBe('refused');
  });

  it('is read as it was put', async () => {
    const registry = connect(open().host);
    const { digest, size } = await registry.putBlob(bytes('read again'));
    const chunks = await Readable.from((await registry.readBlob(digest)) ?? []).toArray();
    expect(Buffer.concat(chunks).toString()).toBe('read again');
    expect(size).toBe(10);
  });

  it('that is there is not put again', async () => {
    const registry = connect(open().host);
    await registry.putBlob(bytes('only once'));
    open().exchanges.length = 0;
    await registry.putBlob(bytes('only once'));
    expect(open().exchanges.map(({ method }) => method)).toEqual(['HEAD']);
  });

  it('that nobody has is absent', async () => {
    const registry = connect(open().host);
    await expect(registry.hasBlob(digestOf(bytes('nobody')))).resolves.toBe(false);
    await expect(registry.readBlob(digestOf(bytes('nobody')))).resolves.toBeUndefined();
  });
});

describe('deleting', () => {
  it('by digest takes every tag of it along', async () => {
    await storeLogin(tokens().host, 'janitor', 'right');
    const registry = connect(tokens().host, 'acme/deleted');
    const image = await emptyImage(registry);
    for (const tag of ['uat-v1', 'prod-v1']) await registry.putManifest(tag, image);
    await expect(registry.deleteManifest(image.digest)).resolves.toBe('deleted');
    await expect(registry.headManifest('prod-v1')).resolves.toBeUndefined();
    await expect(registry.listTags()).resolves.toEqual([]);
    await expect(registry.deleteManifest(image.digest)).resolves.toBe('absent');
  });

  it('is unsupported where the registry is not told to', async () => {
    const { digest } = await open().pushImage('acme/odoo', 'stays', 'stays');
    const registry = connect(open().host);
    await expect(registry.deleteManifest(isDigest(digest) ? digest : digestOf(new Uint8Array()))).resolves.toBe(
      'unsupported',
    );
    await expect(registry.headManifest('stays')).resolves.toBe(digest);
  });
});

describe('what a registry can do is found out without a change in it:', () => {
  const probe = (host: string) => probeCapabilities(connect(host, 'acme/probed'));

  it('one that does not delete', async () => {
    await open().pushImage('acme/probed', 'v1', 'probed');
    await expect(probe(open().host)).resolves.toEqual({
      apiVersion: 'yes',
      digestHeader: 'yes',
      // Version 2 of the registry is older than the referrers API.
      referrers: 'no',
      deletes: 'no',
    });
  });

  it.each([
    ['a login that may delete', 'janitor', 'yes'],
    ['a login that may not', 'ci', 'no'],
  ])('%s', async (_name, user, deletes) => {
    await storeLogin(tokens().host, user, 'right');
    await expect(probe(tokens().host)).resolves.toMatchObject({ apiVersion: 'yes', digestHeader: 'unknown', deletes });
  });

  it('one that lets nobody in', async () => {
    await storeLogin('ghcr.io', 'ci', 'right');
    await expect(probe(tokens().host)).resolves.toEqual({
      apiVersion: 'yes',
      digestHeader: 'unknown',
      referrers: 'no',
      deletes: 'no',
    });
  });

  it('one that nobody runs', async () => {
    const unknown = 'unknown';
    await expect(probe('localhost:1')).resolves.toEqual({
      apiVersion: unknown,
      digestHeader: unknown,
      referrers: unknown,
      deletes: unknown,
    });
  });
});

describe('a registry with a login', () => {
  it('is opened with what docker login stored', async () => {
    await storeLogin(closed().host, 'ci', 'right');
    await expect(connect(closed().host).getManifest('none')).resolves.toBeUndefined();
  });

  it('refuses a wrong password, which is in no error', async () => {
    await storeLogin(closed().host, 'ci', 'wr0ng-pass');
    const error = await connect(closed().host)
      .getManifest('none')
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(RegistryLoginRefused);
    expect(`${error.stack}${error.next}`).not.toContain('wr0ng-pass');
  });

  it('says that none is stored', async () => {
    await storeLogin('ghcr.io', 'ci', 'right');
    await expect(connect(closed().host).getManifest('none')).rejects.toThrow('wants a login, and none is stored');
  });

  it('is asked twice, not forever, when it refuses', async () => {
    await storeLogin(closed().host, 'ci', 'wrong');
    await connect(closed().host)
      .getManifest('none')
      .catch(() => {});
    expect(closed().exchanges).toHaveLength(2);
  });
});

it('a registry on another machine is never spoken to in the clear', async () => {
  // It speaks plain http, and answers on its own address too.
  await expect(connect(open().outsideLoopback).getManifest('v1')).rejects.toThrow(RegistryTlsError);
});

async function emptyImage(registry: RegistryClient): Promise<Manifest> {
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    ...(await registry.putBlob(new TextEncoder().encode('{}'))),
  };
  const text = JSON.stringify({ schemaVersion: 2, config, layers: [] });
  return readManifest(new TextEncoder().encode(text), 'application/vnd.oci.image.manifest.v1+json');
}
