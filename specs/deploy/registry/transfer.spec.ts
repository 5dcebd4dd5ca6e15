import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectRegistry, type RegistryClient } from '../../../deploy/registry/client.ts';
import { RegistryStatusError, RegistryTimeout, RegistryUnreachable } from '../../../deploy/registry/errors.ts';
import type { HttpOptions } from '../../../deploy/registry/http.ts';
import { digestOf } from '../../../deploy/registry/manifest.ts';
import { parseDigest } from '../../../deploy/registry/reference.ts';
import { storeIdentityToken } from '../../support/docker-config.ts';
import { serve } from '../../support/local-server.ts';

const bytes = new Uint8Array(randomBytes(4 * 1024 * 1024));
const blob = { digest: digestOf(bytes), size: bytes.length };
const half = bytes.length / 2;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

beforeEach(() => vi.stubEnv('DOCKER_CONFIG', '/no/such/folder'));
afterEach(() => vi.unstubAllEnvs());

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A registry of which `answers` says what it does; it knows uploads, and has a blob once that was put. */
async function stub(answers: Record<string, Answer> = {}, options: HttpOptions = {}) {
  const asked: string[] = [];
  let received = Buffer.alloc(0);
  let has = false;
  const take = async (request: IncomingMessage) => {
    received = Buffer.concat(await request.toArray());
    has = true;
  };
  const usual: Record<string, Answer> = {
    POST: (_request, response) =>
      response.writeHead(202, { location: `/v2/acme/odoo/blobs/uploads/${asked.length}` }).end(),
    PUT: async (request, response) => {
      await take(request);
      response.writeHead(201).end();
    },
    HEAD: (_request, response) => response.writeHead(has ? 200 : 404).end(),
    GET: (_request, response) => response.end(bytes),
    DELETE: (_request, response) => response.writeHead(204).end(),
  };
  const url = await serve(async (request, response) => {
    const { method = '', url: path = '' } = request;
    asked.push(`${method} ${path.startsWith('/token') ? '/token' : path.includes('/uploads/') ? 'upload' : 'blob'}`);
    try {
      await (answers[method] ?? usual[method])?.(request, response);
    } catch {
      response.destroy();
    }
  });
  const client = connectRegistry({ registry: url.host, name: 'acme/odoo' }, { retryDelayMs: 1, ...options });
  return {
    url,
    client,
    asked,
    usual,
    take,
    received: () => received,
    count: (what: string) => asked.filter((each) => each === what).length,
  };
}

/** The first call does this, later ones what the registry usually does. */
function first(odd: Answer, then: () => Answer | undefined): Answer {
  let calls = 0;
  return (request, response) => {
    calls += 1;
    return calls === 1 ? odd(request, response) : then()?.(request, response);
  };
}

const breakOff: Answer = (request) => request.socket.resetAndDestroy();

describe('a blob that is copied', () => {
  it('leaves for the target while it still arrives from the source', async () => {
    const arrived = Promise.withResolvers<void>();
    const source = await stub({
      GET: async (_request, response) => {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, half));
        // Whoever reads all of it first waits for ever.
        await arrived.promise;
        response.end(bytes.subarray(half));
      },
    });
    const target = await stub({
      PUT: async (request, response) => {
        let length = 0;
        for await (const chunk of request) {
          arrived.resolve();
          length += (chunk as Buffer).length;
        }
        expect(request.headers['content-length']).toBe(String(length));
        await target.usual.PUT?.(request, response);
      },
    });
    await target.client.copyBlob(blob, source.client);
    expect(target.asked).toEqual(['POST upload', 'PUT upload', 'HEAD blob']);
  });

  it('arrives whole', async () => {
    const [source, target] = [await stub(), await stub()];
    await target.client.copyBlob(blob, source.client);
    expect(digestOf(target.received())).toBe(blob.digest);
  });

  it('of any size is never in memory as a whole', async () => {
    const megabytes = 64;
    const part = Buffer.alloc(1024 * 1024);
    const hash = createHash('sha256');
    for (let sent = 0; sent < megabytes; sent += 1) hash.update(part);
    const large = { digest: parseDigest(`sha256:${hash.digest('hex')}`), size: megabytes * part.length };
    const source = await stub({
      GET: async (_request, response) => {
        response.writeHead(200, { 'content-length': large.size });
        for (let sent = 0; sent < megabytes; sent += 1) if (!response.write(part)) await once(response, 'drain');
        response.end();
      },
    });
    let held = Number.POSITIVE_INFINITY;
    const target = await stub({
      PUT: async (request, response) => {
        for await (const _chunk of request);
        collectGarbage();
        held = process.memoryUsage().arrayBuffers - before;
        await target.usual.PUT?.(request, response);
      },
    });
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    await target.client.copyBlob(large, source.client);
    expect(held / part.length).toBeLessThan(megabytes / 4);
  });

  it('to a target that redirects the upload is refused', async () => {
    const target = await stub({
      PUT: (_request, response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    });
    const copied = target.client.copyBlob(blob, (await stub()).client);
    await expect(copied).rejects.toMatchObject({ code: 'registry-redirect' });
  });

  it('of no bytes arrives too', async () => {
    const source = await stub({ GET: (_request, response) => response.end() });
    const target = await stub();
    await target.client.copyBlob({ digest: digestOf(new Uint8Array()), size: 0 }, source.client);
    expect(target.asked).toContain('PUT upload');
  });

  it('whose last chunk is wrong is never whole at the target', async () => {
    const wrong = Uint8Array.from(bytes);
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
    const source = await stub({ GET: (_request, response) => response.end(wrong) });
    let sent = 0;
    const target = await stub({
      PUT: async (request) => {
        for await (const chunk of request) sent += (chunk as Buffer).length;
      },
    });
    await expect(target.client.copyBlob(blob, source.client)).rejects.toMatchObject({ code: 'registry-digest' });
    expect(sent).toBeLessThan(bytes.length);
    expect(target.asked).toEqual(['POST upload', 'PUT upload', 'DELETE upload']);
  });

  it('from a source that breaks off is sent anew, as another upload', async () => {
    const source = await stub();
    const broken = await stub({
      GET: first(
        (request, response) => {
          response.writeHead(200, { 'content-length': bytes.length });
          response.write(bytes.subarray(0, half), () => request.socket.resetAndDestroy());
        },
        () => source.usual.GET,
      ),
    });
    const target = await stub();
    await target.client.copyBlob(blob, broken.client);
    expect(target.count('POST upload')).toBe(2);
    expect(digestOf(target.received())).toBe(blob.digest);
  });

  it('from a source that stands still ends in a time-out of the source', async () => {
    const source = await stub(
      {
        GET: (_request, response) => {
          response.writeHead(200, { 'content-length': bytes.length });
          response.write(bytes.subarray(0, half));
        },
      },
      { timeoutMs: 100 },
    );
    const target = await stub();
    const error = await target.client.copyBlob(blob, source.client).catch((caught) => caught);
    expect(error).toBeInstanceOf(RegistryTimeout);
    expect(error.message).toContain(source.url.origin);
  });

  it('to a target that takes nothing ends in a time-out of the target', async () => {
    const source = await stub();
    const target = await stub({ PUT: (request) => void request.pause() }, { timeoutMs: 100 });
    const error = await target.client.copyBlob(blob, source.client).catch((caught) => caught);
    expect(error).toBeInstanceOf(RegistryTimeout);
    expect(error.message).toContain(target.url.origin);
  });

  it('is called off with the run', async () => {
    const stop = new AbortController();
    const source = await stub();
    const target = await stub(
      { PUT: (request) => void request.once('data', () => stop.abort(new Error('stopped by the user'))) },
      { signal: stop.signal },
    );
    await expect(target.client.copyBlob(blob, source.client)).rejects.toThrow('stopped by the user');
  });
});

describe('an upload', () => {
  it.each<[string, (target: RegistryClient, source: RegistryClient) => Promise<unknown>]>([
    ['in chunks', (target, source) => target.copyBlob(blob, source)],
    ['in one go', (target) => target.putBlob(bytes)],
  ])('%s whose answer is lost is not sent again when it was done', async (_name, upload) => {
    const target = await stub({
      PUT: async (request, response) => {
        await target.take(request);
        breakOff(request, response);
      },
    });
    await upload(target.client, (await stub()).client);
    expect(target.count('PUT upload')).toBe(1);
  });

  it('that the registry lost in between begins anew', async () => {
    const target = await stub({
      PUT: first(
        (_request, response) => response.writeHead(404).end(),
        () => target.usual.PUT,
      ),
    });
    await target.client.putBlob(bytes);
    expect(target.asked.filter((each) => each.endsWith('upload'))).toEqual([
      'POST upload',
      'PUT upload',
      'DELETE upload',
      'POST upload',
      'PUT upload',
    ]);
  });

  it('whose token ends before it does begins anew with another', async () => {
    let tokens = 0;
    const needsToken =
      (last: number, then: Answer): Answer =>
      (request, response) => {
        if (request.headers.authorization === `Bearer t${Math.max(last, tokens)}`) return then(request, response);
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
      };
    const target = await stub({
      GET: (_request, response) => {
        tokens += 1;
        response.end(JSON.stringify({ token: `t${tokens}` }));
      },
      POST: (request, response) => needsToken(1, target.usual.POST ?? breakOff)(request, response),
      PUT: (request, response) => needsToken(2, target.usual.PUT ?? breakOff)(request, response),
    });
    await target.client.copyBlob(blob, (await stub()).client);
    expect(digestOf(target.received())).toBe(blob.digest);
  });

  it.each([
    ['refused for good', 400, 1],
    ['that fails again and again', 500, 3],
  ])('%s (HTTP %i) is begun %i times', async (_name, status, times) => {
    const target = await stub({ PUT: (_request, response) => response.writeHead(status).end() });
    await expect(target.client.putBlob(bytes)).rejects.toThrow(RegistryStatusError);
    expect(target.count('POST upload')).toBe(times);
    expect(target.count('DELETE upload')).toBe(times);
  });
});

describe('what is not safe to do twice is not repeated:', () => {
  const withIdentityToken = async (answer: Answer) => {
    const registry = await stub({
      HEAD: (request, response) =>
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end(),
      POST: answer,
    });
    await storeIdentityToken(registry.url.host, 'r3fresh');
    return registry;
  };

  it.each<[string, Answer, number]>([
    ['a refresh of a token whose answer is lost', breakOff, 1],
    ['a refresh of a token that fails', (_request, response) => response.writeHead(500).end(), 1],
    [
      'a refresh of a token that was put off, which is repeated',
      (_request, response) => response.writeHead(429).end(),
      4,
    ],
  ])('%s', async (_name, answer, times) => {
    const registry = await withIdentityToken(answer);
    const error = await registry.client.hasBlob(blob.digest).catch((caught) => caught);
    expect(error.constructor).toBeOneOf([RegistryUnreachable, RegistryStatusError]);
    expect(registry.count('POST /token')).toBe(times);
    expect(`${error.stack}${error.next}`).not.toContain('r3fresh');
  });

  it('a deletion is repeated, as it is done only once', async () => {
    const registry = await stub({
      DELETE: first(breakOff, () => (_request, response) => response.writeHead(202).end()),
    });
    await expect(registry.client.deleteManifest(blob.digest)).resolves.toBe('deleted');
  });
});

describe('deleting', () => {
  it.each([
    [202, '', 'deleted'],
    [404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', 'absent'],
    [405, '', 'unsupported'],
    [405, '{"errors":[{"code":"UNSUPPORTED"}]}', 'unsupported'],
    [400, '{"errors":[{"code":"UNSUPPORTED"}]}', 'unsupported'],
  ])('answered %i %s is %s', async (status, body, expected) => {
    const { client } = await stub({ DELETE: (_request, response) => response.writeHead(status).end(body) });
    await expect(client.deleteManifest(blob.digest)).resolves.toBe(expected);
  });

  it.each([
    [400, ''],
    [404, '<html>Not Found</html>'],
    [409, ''],
    [301, ''],
  ])('answered %i %s is an error', async (status, body) => {
    const { client } = await stub({ DELETE: (_request, response) => response.writeHead(status).end(body) });
    await expect(client.deleteManifest(blob.digest)).rejects.toThrow(RegistryStatusError);
  });
});
