import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectRegistry } from '../../../deploy/registry/client.ts';
import {
  RegistryDistrusted,
  RegistryForbidden,
  RegistryLoginRefused,
  RegistryStatusError,
  RegistryTimeout,
  RegistryUnreachable,
} from '../../../deploy/registry/errors.ts';
import type { HttpOptions } from '../../../deploy/registry/http.ts';
import { storeLogin } from '../../support/docker-config.ts';
import { serve } from '../../support/local-server.ts';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('{}'), size: 2 };
const image = JSON.stringify({ schemaVersion: 2, config, layers: [] });

/** A server that answers a manifest unless the test says otherwise. */
async function stub(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  options: HttpOptions = {},
) {
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  };
  const url = await serve(listener);
  const registry = connectRegistry({ registry: url.host, name: 'acme/odoo' }, { retryDelayMs: 1, ...options });
  return { url, registry, requests };
}

const sendImage = (response: ServerResponse, headers: Record<string, string> = {}) =>
  void response.writeHead(200, { 'content-type': IMAGE, ...headers }).end(image);

beforeEach(() => vi.stubEnv('DOCKER_CONFIG', '/no/such/folder'));
afterEach(() => vi.unstubAllEnvs());

describe('a manifest is distrusted', () => {
  it.each<[string, string, string]>([
    ['whose Content-Type is no manifest', image, 'text/html'],
    ['of the signed version 1', image, 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
    ['that is not JSON', 'x', IMAGE],
    ['that is cut off', image.slice(0, -1), IMAGE],
    ['of version 1', JSON.stringify({ schemaVersion: 1, config, layers: [] }), IMAGE],
    [
      'that names another media type inside',
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }),
      IMAGE,
    ],
    ['that is an image sent as an index', image, INDEX],
    ['that is an index sent as an image', JSON.stringify({ schemaVersion: 2, manifests: [] }), IMAGE],
    ['that passes for both', JSON.stringify({ schemaVersion: 2, config, layers: [], manifests: [] }), IMAGE],
    ['without a configuration', JSON.stringify({ schemaVersion: 2, layers: [] }), IMAGE],
    ['with a layer that has no digest', JSON.stringify({ schemaVersion: 2, config, layers: [{ size: 1 }] }), IMAGE],
    [
      'with a layer of less than nothing',
      JSON.stringify({ schemaVersion: 2, config: { ...config, size: -1 }, layers: [] }),
      IMAGE,
    ],
    ['with a child that has no digest', JSON.stringify({ schemaVersion: 2, manifests: [{ digest: 'x' }] }), INDEX],
  ])('%s', async (_name, body, type) => {
    const { registry } = await stub((_request, response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    );
    await expect(registry.getManifest('v1')).rejects.toMatchObject({ code: 'registry-manifest', exitCode: 3 });
  });

  it('whose bytes are not those of the digest header', async () => {
    const { registry } = await stub((_request, response) =>
      sendImage(response, { 'docker-content-digest': digestOf('other') }),
    );
    await expect(registry.getManifest('v1')).rejects.toMatchObject({ code: 'registry-digest' });
  });

  it('whose bytes are not those of the digest asked for', async () => {
    const { registry } = await stub((_request, response) => sendImage(response));
    await expect(registry.getManifest(digestOf('other'))).rejects.toMatchObject({ code: 'registry-digest' });
  });

  it('of more than four megabytes, without reading it to its end', async () => {
    const closed = Promise.withResolvers<void>();
    const { registry } = await stub((_request, response) => {
      response.on('close', closed.resolve);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await expect(registry.getManifest('v1')).rejects.toMatchObject({ code: 'registry-answer' });
    await closed.promise;
  });

  it('named by a HEAD that gives no digest', async () => {
    const { registry } = await stub((_request, response) => sendImage(response, { 'docker-content-digest': 'latest' }));
    await expect(registry.headManifest('v1')).rejects.toMatchObject({ code: 'registry-digest' });
  });

  it('that was stored under another digest', async () => {
    const { registry } = await stub((request, response) => {
      if (request.method !== 'PUT') return sendImage(response);
      response.writeHead(201, { 'docker-content-digest': digestOf('other') }).end();
    });
    const manifest = await registry.getManifest('v1');
    if (manifest === undefined) throw new Error('the stub has the manifest');
    await expect(registry.putManifest('v2', manifest)).rejects.toMatchObject({ code: 'registry-digest' });
  });
});

it('a HEAD without a digest header is made up for by hashing', async () => {
  const { registry } = await stub((_request, response) => sendImage(response));
  await expect(registry.headManifest('v1')).resolves.toBe(digestOf(image));
});

describe('absent is only what the registry calls absent', () => {
  it.each([
    [401, '', RegistryDistrusted],
    [403, '', RegistryForbidden],
    [404, '<html>Not Found</html>', RegistryStatusError],
    [404, '', RegistryStatusError],
    [404, '{"errors":[]}', RegistryStatusError],
    [404, '{"errors":[{"code":"DENIED"}]}', RegistryStatusError],
    [404, '{"errors":[{"code":"UNKNOWN"}]}', RegistryStatusError],
    [400, '', RegistryStatusError],
    [429, '', RegistryStatusError],
    [500, '', RegistryStatusError],
    [503, '', RegistryStatusError],
    [204, '', RegistryStatusError],
  ])('HTTP %i with %j is not', async (status, body, type) => {
    const { registry } = await stub((_request, response) => response.writeHead(status).end(body));
    await expect(registry.headManifest('v1')).rejects.toThrow(type);
    await expect(registry.getManifest('v1')).rejects.toThrow(type);
  });
});

describe('repeating', () => {
  it.each([408, 429, 500, 502, 503, 504])('HTTP %i is repeated until it passes', async (status) => {
    const { registry, requests } = await stub((_request, response, count) =>
      count < 3 ? response.writeHead(status).end() : sendImage(response),
    );
    await expect(registry.getManifest('v1')).resolves.toMatchObject({ digest: digestOf(image) });
    expect(requests).toHaveLength(3);
  });

  it('a broken connection is repeated', async () => {
    const { registry, requests } = await stub((request, response, count) =>
      count < 3 ? request.socket.resetAndDestroy() : sendImage(response),
    );
    await expect(registry.getManifest('v1')).resolves.toBeDefined();
    expect(requests).toHaveLength(3);
  });

  it('an answer that breaks off midway is repeated', async () => {
    const { registry } = await stub((request, response, count) => {
      if (count > 1) return sendImage(response);
      response.writeHead(200, { 'content-type': IMAGE, 'content-length': String(image.length) });
      response.write(image.slice(0, 5), () => request.socket.resetAndDestroy());
    });
    await expect(registry.getManifest('v1')).resolves.toBeDefined();
  });

  it.each([
    ['a server that stays down', 503, RegistryStatusError],
    ['a connection that stays broken', 'reset', RegistryUnreachable],
  ] as const)('ends after four tries: %s', async (_name, what, type) => {
    const { registry, requests } = await stub((request, response) =>
      what === 'reset' ? request.socket.resetAndDestroy() : response.writeHead(what).end(),
    );
    await expect(registry.getManifest('v1')).rejects.toThrow(type);
    expect(requests).toHaveLength(4);
  });

  it.each([400, 403, 404, 405])('HTTP %i is not repeated', async (status) => {
    const { registry, requests } = await stub((_request, response) => response.writeHead(status).end());
    await registry.getManifest('v1').catch(() => {});
    expect(requests).toHaveLength(1);
  });

  it('a Retry-After of an hour is not waited for', async () => {
    const { registry, requests } = await stub((_request, response) =>
      response.writeHead(429, { 'retry-after': '3600' }).end(),
    );
    await expect(registry.getManifest('v1')).rejects.toThrow(RegistryStatusError);
    expect(requests).toHaveLength(1);
  });

  it('a hung server ends in a time-out', async () => {
    const { registry } = await stub(() => {}, { timeoutMs: 50 });
    await expect(registry.getManifest('v1')).rejects.toThrow(RegistryTimeout);
  });

  it("the caller's abort ends a wait between tries", async () => {
    const stop = new AbortController();
    const { registry } = await stub(
      (_request, response) => {
        response.writeHead(503).end(() => stop.abort(new Error('stopped by the user')));
      },
      { retryDelayMs: 60_000, signal: stop.signal },
    );
    await expect(registry.getManifest('v1')).rejects.toThrow('stopped by the user');
  });
});

describe('a login', () => {
  const secret = 'hunter2';
  const basic = `Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`;

  it.each(['token', 'access_token'])('by a Bearer token named %s asks for this repository alone', async (field) => {
    const { url, registry, requests } = await stub((request, response) => {
      if (request.url?.startsWith('/token')) return response.end(JSON.stringify({ [field]: 't0ken' }));
      if (request.headers.authorization === 'Bearer t0ken') return sendImage(response);
      const challenge = `Bearer realm="http://${request.headers.host}/token?x=1",service="r",scope="repository:*:*"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    await storeLogin(url.host, 'ci', secret);
    await expect(registry.getManifest('v1')).resolves.toBeDefined();
    const asked = new URL(requests[1]?.url ?? '', url);
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      x: '1',
      service: 'r',
      scope: 'repository:acme/odoo:pull',
    });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, basic, 'Bearer t0ken']);
  });

  it('asks for pushing only where it pushes, and uses a token again', async () => {
    const scopes: (string | null)[] = [];
    const { registry } = await stub((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      const scope = url.searchParams.get('scope');
      if (url.pathname === '/token') {
        scopes.push(scope);
        return response.end(JSON.stringify({ token: Buffer.from(scope ?? '').toString('hex') }));
      }
      const wanted = request.method === 'PUT' ? 'repository:acme/odoo:pull,push' : 'repository:acme/odoo:pull';
      if (request.headers.authorization === `Bearer ${Buffer.from(wanted).toString('hex')}`) {
        return request.method === 'PUT' ? response.writeHead(201).end() : sendImage(response);
      }
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
    });
    const manifest = await registry.getManifest('v1');
    await registry.headManifest('v1');
    if (manifest) await registry.putManifest('v2', manifest);
    expect(scopes).toEqual(['repository:acme/odoo:pull', 'repository:acme/odoo:pull,push']);
  });

  it('that is refused again and again ends at once', async () => {
    const { url, registry, requests } = await stub((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    await storeLogin(url.host, 'ci', secret);
    await expect(registry.getManifest('v1')).rejects.toThrow(RegistryLoginRefused);
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['is plain http elsewhere', 'http://auth.example.com/token'],
    ['is no URL', 'token'],
    ['is a file', 'file:///etc/passwd'],
    ['holds a login', 'https://a:b@auth.example.com/token'],
  ])('is not sent to a token service that %s', async (_name, realm) => {
    const { url, registry, requests } = await stub((_request, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end(),
    );
    await storeLogin(url.host, 'ci', secret);
    await expect(registry.getManifest('v1')).rejects.toMatchObject({ code: 'registry-challenge' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['sends no token', '{}'],
    ['sends no JSON', '<html>'],
    ['sends a token with a line break', '{"token":"a\\nX-Evil: 1"}'],
  ])('by a token service that %s fails', async (_name, body) => {
    const { registry } = await stub((request, response) => {
      if (request.url?.startsWith('/token')) return response.end(body);
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
    });
    const error = await registry.getManifest('v1').catch((caught) => caught);
    expect(error).toMatchObject({ code: 'registry-answer' });
    expect(inspect(error)).not.toContain('Evil');
  });

  it('is not forwarded to another host by a redirect', async () => {
    const other: (string | undefined)[] = [];
    const elsewhere = await serve((request, response) => {
      other.push(request.headers.authorization);
      sendImage(response);
    });
    const { url, registry } = await stub((request, response) => {
      if (request.headers.authorization === basic) return response.writeHead(307, { location: elsewhere.href }).end();
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    await storeLogin(url.host, 'ci', secret);
    await expect(registry.getManifest('v1')).resolves.toBeDefined();
    expect(other).toEqual([undefined]);
  });

  it('is not given where another host, redirected to, asks for it', async () => {
    const asked: (string | undefined)[] = [];
    const elsewhere = await serve((request, response) => {
      asked.push(request.headers.authorization);
      const challenge = `Bearer realm="http://${request.headers.host}/token"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const { url, registry } = await stub((_request, response) =>
      response.writeHead(307, { location: elsewhere.href }).end(),
    );
    await storeLogin(url.host, 'ci', secret);
    await expect(registry.getManifest('v1')).rejects.toMatchObject({ code: 'registry-challenge' });
    expect(asked).toEqual([undefined]);
  });

  it('is kept on a redirect within the registry', async () => {
    const { url, registry } = await stub((request, response) => {
      if (request.headers.authorization !== basic) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else if (request.url === '/moved') sendImage(response);
      else response.writeHead(307, { location: '/moved' }).end();
    });
    await storeLogin(url.host, 'ci', secret);
    await expect(registry.getManifest('v1')).resolves.toBeDefined();
  });

  it('is in no error', async () => {
    const { url, registry } = await stub((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    await storeLogin(url.host, 'ci', secret);
    const error = await registry.getManifest('v1').catch((caught) => caught);
    const shown = inspect(error, { depth: null, showHidden: true });
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(basic.slice(6));
  });
});

describe('a redirect', () => {
  it.each([
    ['to plain http on another machine', 'http://203.0.113.1/x'],
    ['to another scheme', 'file:///etc/passwd'],
    ['to nowhere', 'http://'],
  ])('%s is not followed', async (_name, location) => {
    const { registry } = await stub((_request, response) => response.writeHead(302, { location }).end());
    await expect(registry.getManifest('v1')).rejects.toMatchObject({ code: 'registry-redirect' });
  });

  it('in a circle ends', async () => {
    const { registry } = await stub((request, response) =>
      response.writeHead(302, { location: request.url ?? '' }).end(),
    );
    await expect(registry.getManifest('v1')).rejects.toMatchObject({ code: 'registry-redirect' });
  });

  it('of a PUT is not followed', async () => {
    const { registry, requests } = await stub((request, response) =>
      request.method === 'PUT' ? response.writeHead(307, { location: '/elsewhere' }).end() : sendImage(response),
    );
    const manifest = await registry.getManifest('v1');
    if (manifest === undefined) throw new Error('the stub has the manifest');
    await expect(registry.putManifest('v2', manifest)).rejects.toThrow(RegistryStatusError);
    expect(requests.filter(({ url }) => url === '/elsewhere')).toEqual([]);
  });
});

describe('a list of tags', () => {
  const page = (tags: string[] | null, link?: string) => (response: ServerResponse) =>
    response.writeHead(200, link === undefined ? {} : { link }).end(JSON.stringify({ name: 'acme/odoo', tags }));

  it('goes on where Link says', async () => {
    const { registry } = await stub((request, response) => {
      const last = new URL(request.url ?? '', 'http://x').searchParams.get('last');
      if (last === null) return page(['a', 'b'], '</v2/acme/odoo/tags/list?n=2&last=b>; rel="next"')(response);
      if (last === 'b')
        return page(['c', 'a'], `<http://${request.headers.host}/v2/acme/odoo/tags/list?last=c>; rel=next`)(response);
      return page(['d'])(response);
    });
    await expect(registry.listTags()).resolves.toEqual(['a', 'b', 'c', 'd']);
  });

  it('of null is empty', async () => {
    const { registry } = await stub((_request, response) => page(null)(response));
    await expect(registry.listTags()).resolves.toEqual([]);
  });

  it.each([
    ['in a circle', '</v2/acme/odoo/tags/list?n=100>; rel="next"', 'registry-answer'],
    ['at another host', '<https://evil.example/v2/acme/odoo/tags/list>; rel="next"', 'registry-redirect'],
  ])('that goes on %s ends with an error', async (_name, link, code) => {
    const { registry } = await stub((_request, response) => page(['a'], link)(response));
    await expect(registry.listTags()).rejects.toMatchObject({ code });
  });

  it('that always goes on ends with an error', async () => {
    const { registry, requests } = await stub((_request, response) =>
      page(['a'], `</v2/acme/odoo/tags/list?last=${requests.length}>; rel="next"`)(response),
    );
    await expect(registry.listTags()).rejects.toMatchObject({ code: 'registry-answer' });
  });

  it.each(['../../other/manifests/v1', 'v1?x=1', 'v1#x', '', '%2e%2e'])(
    'with %j in it is no list of tags',
    async (tag) => {
      const { registry } = await stub((_request, response) => page(['v1', tag])(response));
      await expect(registry.listTags()).rejects.toMatchObject({ code: 'registry-answer' });
    },
  );

  it('that is none is an error, not an empty list', async () => {
    const { registry } = await stub((_request, response) => response.end('<html>'));
    await expect(registry.listTags()).rejects.toThrow(RegistryDistrusted);
  });
});
