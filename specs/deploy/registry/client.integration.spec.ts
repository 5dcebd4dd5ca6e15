import { describe, expect, it } from 'vitest';
import { connectRegistry } from '../../../deploy/registry/client.ts';
import { RegistryLoginRefused, RegistryTlsError } from '../../../deploy/registry/errors.ts';
import { storeLogin } from '../../support/docker-config.ts';
import { useRegistry } from '../../support/registry.ts';
import { basicLogin, bearerLogin } from '../../support/registry-login.ts';

const open = useRegistry();
// ci / right
const closed = useRegistry(() => basicLogin('ci:$2b$05$abcdefghijklmnopqrstuu8xaCxxL82bnl.UY74PMksDxIJShppPC\n'));
const tokens = useRegistry(() => bearerLogin({ 'ci:right': ['pull', 'push'], 'reader:right': ['pull'] }));

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
