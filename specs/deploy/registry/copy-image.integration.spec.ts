import { describe, expect, it } from 'vitest';
import { connectRegistry } from '../../../deploy/registry/client.ts';
import { copyImage } from '../../../deploy/registry/copy-image.ts';
import { ImageIncomplete } from '../../../deploy/registry/errors.ts';
import { digestsOf, imageParts } from '../../../deploy/registry/image-parts.ts';
import { digestOf, type Manifest, readManifest } from '../../../deploy/registry/manifest.ts';
import { type Digest, isDigest } from '../../../deploy/registry/reference.ts';
import { serve } from '../../support/local-server.ts';
import { useRegistry, WITH_DELETE } from '../../support/registry.ts';

// It would take no manifest with a foreign layer otherwise.
const registry = useRegistry(undefined, { ...WITH_DELETE, REGISTRY_VALIDATION_DISABLED: 'true' });

const OCI = 'application/vnd.oci.image';
let made = 0;

type Push = 'pushImage' | 'pushIndex';

/** An image in a repository of this test's own, and an empty one beside it; `elsewhere` is as good as another registry. */
async function prepared(push: Push = 'pushIndex', { elsewhere = false } = {}) {
  made += 1;
  const names = { source: `acme/source-${made}`, target: `acme/target-${made}` };
  const pushed = await registry()[push](names.source, 'uat-v1', `image ${made}`);
  const host = registry().host;
  const options = { retryDelayMs: 1 };
  const source = connectRegistry({ registry: host, name: names.source }, options);
  const targetHost = elsewhere ? host.replace('localhost', '127.0.0.1') : host;
  const target = connectRegistry({ registry: targetHost, name: names.target }, options);
  const image = await known(source.getManifest('uat-v1'));
  registry().exchanges.length = 0;
  const copy = (reference = 'prod-v1') => copyImage(source, target, image, reference);
  return { names, pushed, source, target, image, copy };
}

async function known(manifest: Promise<Manifest | undefined>): Promise<Manifest> {
  const found = await manifest;
  if (found === undefined) throw new Error('the image was pushed');
  return found;
}

const seen = (method: string, path: RegExp) =>
  registry().exchanges.filter((exchange) => exchange.method === method && path.test(exchange.path));
const isMount = ({ method, path }: { method: string; path: string }) => method === 'POST' && path.includes('mount=');

/** As registries do that do not know the source, or do not mount. */
function refuseMounts() {
  const { host } = registry();
  registry().intercept((exchange, forward) => {
    if (!isMount(exchange)) return forward();
    return fetch(`http://${host}${exchange.path.split('?')[0]}`, { method: 'POST' });
  });
}

describe('an image', () => {
  it.each([
    ['for one platform', 'pushImage', 2],
    ['for several platforms', 'pushIndex', 4],
  ] as const)('%s comes into another repository byte for byte, and no blob moves', async (_name, push, blobs) => {
    const { names, pushed, target, copy } = await prepared(push);
    await expect(copy()).resolves.toEqual({ mounted: blobs, copied: 0, present: 0, bytesCopied: 0 });
    expect(await registry().digestOf(names.target, 'prod-v1')).toBe(pushed.digest);
    const copied = await known(target.getManifest('prod-v1'));
    expect(Buffer.from(copied.bytes).toString()).toBe(pushed.text);
    expect(seen('GET', /\/blobs\//)).toEqual([]);
    expect(seen('PUT', /\/blobs\//)).toEqual([]);
  });

  it('that is there already costs no second mount', async () => {
    const { copy } = await prepared();
    await copy();
    await expect(copy('prod-v2')).resolves.toEqual({ mounted: 0, copied: 0, present: 4, bytesCopied: 0 });
  });

  it('can be set under its digest alone', async () => {
    const { target, image, copy } = await prepared();
    await copy(image.digest);
    expect(await target.headManifest(image.digest)).toBe(image.digest);
    expect(await target.listTags()).toEqual([]);
  });

  it('is copied where mounting is refused, and the upload that came instead is cancelled', async () => {
    const { pushed, names, image, source, copy } = await prepared();
    const { blobs } = await imageParts(source, image);
    refuseMounts();
    const bytesCopied = blobs.reduce((sum, { size }) => sum + size, 0);
    await expect(copy()).resolves.toEqual({ mounted: 0, copied: 4, present: 0, bytesCopied });
    expect(await registry().digestOf(names.target, 'prod-v1')).toBe(pushed.digest);
    expect(seen('DELETE', /\/blobs\/uploads\//)).toHaveLength(4);
  });

  it('is copied to another registry', async () => {
    const { pushed, names, copy } = await prepared('pushIndex', { elsewhere: true });
    await expect(copy()).resolves.toMatchObject({ mounted: 0, copied: 4 });
    expect(await registry().digestOf(names.target, 'prod-v1')).toBe(pushed.digest);
    expect(seen('POST', /mount=/)).toEqual([]);
  });

  it('is copied in spite of a registry that is busy for a moment', async () => {
    const { pushed, names, copy } = await prepared('pushImage', { elsewhere: true });
    const busy = new Set<string>();
    registry().intercept(({ method, path }, forward) => {
      const what = `${method} ${path.split('?')[0]?.replace(/uploads\/.+/, 'uploads/…')}`;
      if (busy.has(what)) return forward();
      busy.add(what);
      return Promise.resolve(new Response(null, { status: 503 }));
    });
    await expect(copy()).resolves.toMatchObject({ copied: 2 });
    expect(await registry().digestOf(names.target, 'prod-v1')).toBe(pushed.digest);
  });

  it('whose upload was done though the answer was lost is not sent twice', async () => {
    const { copy } = await prepared('pushImage', { elsewhere: true });
    registry().intercept(async ({ method, path }, forward) => {
      const answer = await forward();
      if (method === 'PUT' && path.includes('/blobs/')) throw new Error('connection lost');
      return answer;
    });
    await expect(copy()).resolves.toMatchObject({ copied: 2 });
    expect(seen('PUT', /\/blobs\//)).toHaveLength(2);
  });

  it('consists of its manifests and blobs, each platform with its own', async () => {
    const { pushed, source, image } = await prepared();
    const parts = await imageParts(source, image);
    expect(parts.manifests).toHaveLength(3);
    expect(parts.manifests.at(-1)?.digest).toBe(pushed.digest);
    expect(digestsOf(parts).size).toBe(7);
  });
});

describe('an index of an index', () => {
  /** Wraps an image of the source in so many indexes. */
  async function nested(depth: number) {
    const { source, image, ...rest } = await prepared();
    let outer = image;
    for (let level = 0; level < depth; level += 1) {
      outer = index([outer.digest]);
      await source.putManifest(outer.digest, outer);
    }
    registry().exchanges.length = 0;
    return { ...rest, source, image: outer };
  }

  it('is copied from the inside out', async () => {
    const { source, target, image } = await nested(1);
    await copyImage(source, target, image, 'prod-v1');
    expect(await target.headManifest('prod-v1')).toBe(image.digest);
    const order = seen('PUT', /\/manifests\//).map(({ path }) => path.split('/').at(-1));
    expect(order.at(-1)).toBe('prod-v1');
    expect(order).toHaveLength(4);
  });

  it('and so on is refused before anything is written', async () => {
    const { source, target, image } = await nested(4);
    await expect(copyImage(source, target, image, 'prod-v1')).rejects.toMatchObject({ code: 'registry-manifest' });
    expect(registry().exchanges.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

it('a foreign layer is left where it is', async () => {
  const { source, target } = await prepared();
  const config = await source.putBlob(new TextEncoder().encode('{"os":"windows"}'));
  const foreign = {
    mediaType: `${OCI}.layer.nondistributable.v1.tar+gzip`,
    digest: digestOf(new TextEncoder().encode('not in any registry')),
    size: 19,
    urls: ['https://layers.example.com/windows'],
  };
  const image = manifest({ mediaType: `${OCI}.manifest.v1+json`, config: typed(config, 'config'), layers: [foreign] });
  await source.putManifest('windows', image);
  await expect(copyImage(source, target, image, 'windows')).resolves.toMatchObject({ mounted: 1, copied: 0 });
  expect(await target.headManifest('windows')).toBe(image.digest);
});

describe('what is missing at the source is named, and nothing is tagged:', () => {
  it.each([false, true])('a layer (to another registry: %s)', async (elsewhere) => {
    const { names, source, image, copy } = await prepared('pushIndex', { elsewhere });
    const { blobs } = await imageParts(source, image);
    const lost = blobs[1]?.digest ?? '';
    await fetch(`http://${registry().host}/v2/${names.source}/blobs/${lost}`, { method: 'DELETE' });
    const error = await copy().catch((caught) => caught);
    expect(error).toBeInstanceOf(ImageIncomplete);
    expect(error).toMatchObject({ code: 'image-incomplete', exitCode: 2, message: expect.stringContaining(lost) });
    expect(await registry().digestOf(names.target, 'prod-v1')).toBeNull();
  });

  it('a platform', async () => {
    const { names, source, image, copy } = await prepared();
    const [, arm64] = image.children;
    if (arm64) await source.deleteManifest(arm64.digest);
    await expect(copy()).rejects.toThrow(`${arm64?.digest} (linux/arm64) of the image is not in`);
    expect(await registry().digestOf(names.target, 'prod-v1')).toBeNull();
  });
});

describe('a registry that lies is found out, and nothing is tagged:', () => {
  const expectRefusal = async (copy: () => Promise<unknown>, name: string, code: string) => {
    await expect(copy()).rejects.toMatchObject({ code, exitCode: 3 });
    expect(await registry().digestOf(name, 'prod-v1')).toBeNull();
  };

  it('it mounted a blob that is not there', async () => {
    const { names, copy } = await prepared();
    registry().intercept((exchange, forward) =>
      isMount(exchange) ? Promise.resolve(new Response(null, { status: 201 })) : forward(),
    );
    await expectRefusal(copy, names.target, 'registry-blob');
  });

  it('it stored a blob that is not there', async () => {
    const { names, copy } = await prepared('pushImage', { elsewhere: true });
    registry().intercept(({ method, path }, forward) =>
      method === 'PUT' && path.includes('/blobs/') ? Promise.resolve(new Response(null, { status: 201 })) : forward(),
    );
    await expectRefusal(copy, names.target, 'registry-blob');
  });

  it.each([
    ['other bytes', (text: string) => text.replace('image', 'IMAGE')],
    ['too few bytes', (text: string) => text.slice(0, -1)],
    ['too many bytes', (text: string) => `${text} `],
    ['no bytes', () => ''],
  ])('it sent %s for a blob', async (_name, change) => {
    const { names, copy } = await prepared('pushImage', { elsewhere: true });
    registry().intercept(async ({ method, path }, forward) => {
      const answer = await forward();
      if (method !== 'GET' || !path.includes('/blobs/')) return answer;
      const { 'content-length': _length, ...headers } = Object.fromEntries(answer.headers);
      return new Response(change(await answer.text()), { headers });
    });
    await expectRefusal(copy, names.target, 'registry-digest');
    expect(seen('DELETE', /\/blobs\/uploads\//).length).toBeGreaterThan(0);
  });

  it('it wants the upload at another host, which is asked nothing', async () => {
    const asked: string[] = [];
    const elsewhere = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(201).end();
    });
    const { names, copy } = await prepared('pushImage', { elsewhere: true });
    registry().intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method !== 'POST') return answer;
      return new Response(null, { status: 202, headers: { location: new URL('/upload', elsewhere).href } });
    });
    await expectRefusal(copy, names.target, 'registry-redirect');
    expect(asked).toEqual([]);
  });

  it('it does not say where to upload', async () => {
    const { names, copy } = await prepared('pushImage', { elsewhere: true });
    registry().intercept(({ method }, forward) =>
      method === 'POST' ? Promise.resolve(new Response(null, { status: 202 })) : forward(),
    );
    await expectRefusal(copy, names.target, 'registry-answer');
  });

  it('it stored a platform that is not there', async () => {
    const { names, image, copy } = await prepared();
    registry().intercept(({ method, path }, forward) =>
      method === 'PUT' && isDigest(path.split('/').at(-1) ?? '') && !path.includes(image.digest)
        ? Promise.resolve(new Response(null, { status: 201 }))
        : forward(),
    );
    await expectRefusal(copy, names.target, 'registry-digest');
  });
});

function typed(blob: { digest: Digest; size: number }, what: string) {
  return { mediaType: `${OCI}.${what}.v1+json`, ...blob };
}

function index(children: readonly Digest[]): Manifest {
  const manifests = children.map((digest) => ({ mediaType: `${OCI}.index.v1+json`, digest, size: 1 }));
  return manifest({ mediaType: `${OCI}.index.v1+json`, manifests });
}

function manifest(content: { mediaType: string; [key: string]: unknown }): Manifest {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, ...content }));
  return readManifest(bytes, content.mediaType);
}
