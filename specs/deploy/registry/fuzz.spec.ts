import type { RequestListener } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextPage, pathAt } from '../../../deploy/registry/answers.ts';
import { parseChallenges } from '../../../deploy/registry/challenge.ts';
import { connectRegistry } from '../../../deploy/registry/client.ts';
import { RegistryDistrusted } from '../../../deploy/registry/errors.ts';
import { digestOf, readManifest } from '../../../deploy/registry/manifest.ts';
import { isDigest, isTag } from '../../../deploy/registry/reference.ts';
import { GateError } from '../../../harness/errors.ts';
import { serve } from '../../support/local-server.ts';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const digest = digestOf(new Uint8Array());
const encode = (text: string) => new TextEncoder().encode(text);
const image = { schemaVersion: 2, mediaType: IMAGE, config: { digest, size: 2 }, layers: [{ digest, size: 9 }] };
const index = { schemaVersion: 2, mediaType: INDEX, manifests: [{ digest, mediaType: IMAGE }] };

beforeEach(() => vi.stubEnv('DOCKER_CONFIG', '/no/such/folder'));
afterEach(() => vi.unstubAllEnvs());

/** What `work` gives, or the error that was meant for it; any other error fails the test. */
async function meant<T>(work: () => T | Promise<T>): Promise<T | GateError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GateError) return error;
    throw error;
  }
}

/** One word, number or part of a manifest is something else. */
const twisted = (good: object) =>
  fc
    .tuple(fc.nat(), fc.oneof(fc.json(), fc.constantFrom('null', '-1', '1e400', '"sha256:x"', '[]', '{}')))
    .map(([position, value]) => {
      const text = JSON.stringify(good);
      const values = [...text.matchAll(/:("[^"]*"|\d+|\[.*\]|\{[^{}]*\})/g)];
      const chosen = values[position % values.length];
      const start = (chosen?.index ?? 0) + 1;
      return `${text.slice(0, start)}${value}${text.slice(start + (chosen?.[1]?.length ?? 0))}`;
    });

describe('a manifest', () => {
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((body) => new Uint8Array(body)),
    fc.json().map(encode),
    twisted(image).map(encode),
    twisted(index).map(encode),
  );

  it('of any bytes is refused, or is one of an image or an index whose every digest is one', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(IMAGE, INDEX, 'text/html', null), async (bytes, type) => {
        const read = await meant(() => readManifest(bytes, type));
        if (read instanceof GateError) {
          expect(read).toBeInstanceOf(RegistryDistrusted);
          return;
        }
        expect(read.digest).toBe(digestOf(bytes));
        expect(read.mediaType).toBe(type);
        expect([...read.blobs, ...read.children].every((each) => isDigest(each.digest))).toBe(true);
        expect(read.blobs.every(({ size }) => Number.isSafeInteger(size) && size >= 0)).toBe(true);
        expect(read.blobs.length > 0).toBe(type === IMAGE);
      }),
      { numRuns: 1000 },
    );
  });

  it('with one bit changed never passes for the one that was asked for', async () => {
    const good = encode(JSON.stringify(index));
    let sent = good;
    const registry = await registryThat((_request, response) =>
      response.writeHead(200, { 'content-type': INDEX }).end(sent),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (position, bit) => {
        sent = Uint8Array.from(good);
        sent[position] = (sent[position] ?? 0) ^ (1 << bit);
        expect(await meant(() => registry.getManifest(digestOf(good)))).toBeInstanceOf(RegistryDistrusted);
      }),
    );
  });
});

describe('a header', () => {
  const text = fc.string({ unit: 'binary-ascii', maxLength: 120 });
  const linkish = fc
    .array(
      fc.oneof(
        text,
        fc.constantFrom('<', '>', ';', ',', ' rel=next', ' rel="next"', '//evil.example/', 'http:', '/v2/', '\\'),
      ),
    )
    .map((parts) => parts.join(''));

  it('Link of any kind leads nowhere, or on within the registry', async () => {
    const here = new URL('https://ghcr.io/v2/acme/odoo/tags/list');
    await fc.assert(
      fc.asyncProperty(linkish, async (link) => {
        const path = await meant(() => nextPage(link, here));
        if (typeof path === 'string') expect(new URL(path, here).origin).toBe(here.origin);
      }),
      { numRuns: 2000 },
    );
  });

  it('Location of any kind is refused, or is within the registry', async () => {
    const here = new URL('https://ghcr.io/v2/acme/odoo/blobs/uploads/');
    await fc.assert(
      fc.asyncProperty(fc.oneof(linkish, fc.webUrl()), async (location) => {
        const path = await meant(() => pathAt(here, location, 'It goes on'));
        if (typeof path === 'string') expect(new URL(path, here).origin).toBe(here.origin);
      }),
      { numRuns: 2000 },
    );
  });

  it('WWW-Authenticate of any kind is read in one go', () => {
    const pieces = fc.constantFrom(
      'Bearer ',
      'Basic ',
      'realm=',
      '"',
      '\\',
      ',',
      '=',
      'service="r"',
      'https://a.example/t',
    );
    const challenge = fc.array(fc.oneof(text, pieces), { maxLength: 50 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(challenge, (header) => {
        for (const { scheme } of parseChallenges(header)) expect(scheme).toMatch(/^[^\s",=]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('WWW-Authenticate of any kind gets no login out of the client', async () => {
    let header = '';
    const registry = await registryThat((_request, response) =>
      response.writeHead(401, { 'www-authenticate': header }).end(),
    );
    const headers = fc
      .array(
        fc.constantFrom('Bearer ', 'Basic ', 'realm="', '"', 'x', 'http://evil.example', ',', 'file:///etc', '=', ' '),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.join('').trim());
    await fc.assert(
      fc.asyncProperty(headers, async (each) => {
        header = each;
        expect(await meant(() => registry.getManifest('v1'))).toBeInstanceOf(GateError);
      }),
    );
  });
});

it('a list of tags of any kind is an error, or holds tags alone', async () => {
  let body = '';
  const registry = await registryThat((_request, response) => response.end(body));
  const tags = fc.array(fc.oneof(fc.string(), fc.constantFrom('v1', '../x', 'a/b', 'ü', '-x')));
  const bodies = fc.oneof(
    fc.json(),
    tags.map((some) => JSON.stringify({ name: 'acme/odoo', tags: some })),
  );
  await fc.assert(
    fc.asyncProperty(bodies, async (each) => {
      body = each;
      const listed = await meant(() => registry.listTags());
      if (!(listed instanceof GateError)) expect(listed.every(isTag)).toBe(true);
    }),
  );
});

it('a list of referrers of any kind is an error, or holds digests alone', async () => {
  let body = '';
  const registry = await registryThat((_request, response) => response.end(body));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), twisted(index)), async (each) => {
      body = each;
      const listed = await meant(() => registry.listReferrers(digest));
      if (!(listed instanceof GateError)) expect(listed?.every(isDigest)).toBe(true);
    }),
  );
});

async function registryThat(answers: RequestListener) {
  const url = await serve(answers);
  return connectRegistry({ registry: url.host, name: 'acme/odoo' }, { retryDelayMs: 1 });
}
