import { describe, expect, it } from 'vitest';
import { connectRegistry } from '../../../deploy/registry/client.ts';
import { type Manifest, readManifest } from '../../../deploy/registry/manifest.ts';
import { type Digest, parseDigest } from '../../../deploy/registry/reference.ts';
import { type RetentionRequest, retain } from '../../../deploy/retain/retain.ts';
import { GateError } from '../../../harness/errors.ts';
import { storeLogin } from '../../support/docker-config.ts';
import { type Pushed, type TestRegistry, useRegistry, WITH_DELETE } from '../../support/registry.ts';
import { bearerLogin } from '../../support/registry-login.ts';

const registry = useRegistry(undefined, WITH_DELETE);
const keepsAll = useRegistry();
const tokens = useRegistry(
  () => bearerLogin({ 'janitor:right': ['pull', 'push', 'delete'], 'ci:right': ['pull', 'push'] }),
  WITH_DELETE,
);

let made = 0;
const connect = (host: string, name: string) => connectRegistry({ registry: host, name }, { retryDelayMs: 1 });

/** A repository of this test's own with three releases, of which two stay. The tags' names say nothing. */
async function prepared(at: TestRegistry = registry(), push: 'pushImage' | 'pushIndex' = 'pushImage') {
  made += 1;
  const name = `acme/odoo-${made}`;
  const promotedAt = new Map<string, Date>();
  const pushed: Record<string, Pushed> = {};
  for (const tag of ['prod-v9', 'prod-v1', 'prod-v2']) {
    pushed[tag] = await at[push](name, tag, `${tag} of ${name}`);
    promotedAt.set(tag, new Date(promotedAt.size));
  }
  const client = connect(at.host, name);
  const retainIt = (change: Partial<RetentionRequest> = {}) =>
    retain({ registry: client, patterns: ['prod-v*'], keep: 2, promotedAt, apply: true, ...change });
  const outcomes = async (change: Partial<RetentionRequest> = {}) =>
    Object.fromEntries((await retainIt(change)).tags.map(({ tag, outcome }) => [tag, outcome]));
  const tags = async () => (await client.listTags()).sort();
  at.exchanges.length = 0;
  return { name, client, pushed, promotedAt, retain: retainIt, outcomes, tags };
}

/** One platform of an image that stays has an old tag of its own. */
async function withTaggedPlatform() {
  const ready = await prepared(registry(), 'pushIndex');
  const [amd64] = (await known(ready.client.getManifest('prod-v2'))).children;
  const child = await known(ready.client.getManifest(amd64?.digest ?? ''));
  await ready.client.putManifest('prod-v2-amd64', child);
  ready.promotedAt.set('prod-v2-amd64', new Date(-1));
  return { ...ready, child };
}

async function known(manifest: Promise<Manifest | undefined>): Promise<Manifest> {
  const found = await manifest;
  if (found === undefined) throw new Error('the image was pushed');
  return found;
}

function indexOf(child: Digest): Manifest {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const text = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [{ digest: child, size: 1 }] });
  return readManifest(new TextEncoder().encode(text), mediaType);
}

const OLDEST = 'prod-v9';
const OTHERS = ['prod-v1', 'prod-v2'];

describe('retention', () => {
  it('run dry says what would go, and why, and changes nothing', async () => {
    const { name, pushed, retain, tags } = await prepared();
    const retention = await retain({ apply: false });
    expect(retention).toEqual({
      repository: `${registry().host}/${name}`,
      applied: false,
      tags: [
        {
          tag: 'prod-v1',
          digest: pushed['prod-v1']?.digest,
          outcome: 'protected',
          reason: 'among the last 2 of prod-v*',
        },
        {
          tag: 'prod-v2',
          digest: pushed['prod-v2']?.digest,
          outcome: 'protected',
          reason: 'among the last 2 of prod-v*',
        },
        { tag: OLDEST, digest: pushed[OLDEST]?.digest, outcome: 'deleted', reason: 'older than those that stay' },
      ],
    });
    expect(await tags()).toEqual([...OTHERS, OLDEST]);
    expect(registry().exchanges.filter(({ method }) => ['PUT', 'POST', 'PATCH'].includes(method))).toEqual([]);
  });

  it.each(['pushImage', 'pushIndex'] as const)('deletes the oldest (%s)', async (push) => {
    const { outcomes, tags, client, pushed } = await prepared(registry(), push);
    expect(await outcomes()).toEqual({ [OLDEST]: 'deleted', 'prod-v1': 'protected', 'prod-v2': 'protected' });
    expect(await tags()).toEqual(OTHERS);
    expect(await client.headManifest('prod-v1')).toBe(pushed['prod-v1']?.digest);
  });

  it('tells of each tag once it is gone', async () => {
    const { retain } = await prepared();
    const removed: string[] = [];
    await retain({ onRemoved: async ({ tag, outcome }) => void removed.push(`${tag} ${outcome}`) });
    expect(removed).toEqual([`${OLDEST} deleted`]);
  });

  it('done twice has nothing left to do', async () => {
    const { outcomes, retain } = await prepared();
    await retain();
    registry().exchanges.length = 0;
    expect(await outcomes()).toEqual({ 'prod-v1': 'protected', 'prod-v2': 'protected' });
    expect(registry().exchanges.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
  });

  it('protects all without a record of promotions', async () => {
    const { outcomes } = await prepared();
    const all = { [OLDEST]: 'protected', 'prod-v1': 'protected', 'prod-v2': 'protected' };
    expect(await outcomes({ promotedAt: new Map() })).toEqual(all);
  });

  it('of a repository that is not there is empty', async () => {
    const { retain } = await prepared();
    const nothing = connect(registry().host, 'acme/nothing');
    await expect(retain({ registry: nothing })).resolves.toMatchObject({ tags: [] });
  });
});

describe('a digest that something needs stays', () => {
  it('as that of another tag: the old tag alone is taken away', async () => {
    const { name, client, outcomes, tags, pushed } = await prepared();
    await registry().pushImage(name, 'uat-v9', `${OLDEST} of ${name}`);
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'untagged' });
    expect(await tags()).toEqual([...OTHERS, 'uat-v9']);
    expect(await client.headManifest('uat-v9')).toBe(pushed[OLDEST]?.digest);
  });

  it('as a platform of an image that stays', async () => {
    const { client, pushed, outcomes, tags, child } = await withTaggedPlatform();
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'deleted', 'prod-v2-amd64': 'untagged' });
    expect(await tags()).toEqual(OTHERS);
    expect(await client.headManifest('prod-v2')).toBe(pushed['prod-v2']?.digest);
    expect(await client.headManifest(child.digest)).toBe(child.digest);
  });

  it('as a platform of an index in an index that stays', async () => {
    const { client, promotedAt, outcomes } = await prepared(registry(), 'pushIndex');
    const old = await known(client.getManifest(OLDEST));
    await client.putManifest('nested', indexOf(old.digest));
    const [platform] = old.children;
    const child = await known(client.getManifest(platform?.digest ?? ''));
    await client.putManifest('prod-v9-amd64', child);
    promotedAt.set('prod-v9-amd64', new Date(-1));
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'untagged', 'prod-v9-amd64': 'untagged' });
    expect(await client.headManifest(child.digest)).toBe(child.digest);
  });

  it('but not as a platform of an image that goes too', async () => {
    const { client, promotedAt, outcomes, tags } = await prepared(registry(), 'pushIndex');
    const [platform] = (await known(client.getManifest(OLDEST))).children;
    await client.putManifest('prod-v9-amd64', await known(client.getManifest(platform?.digest ?? '')));
    promotedAt.set('prod-v9-amd64', new Date(-1));
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'deleted', 'prod-v9-amd64': 'deleted' });
    expect(await tags()).toEqual(OTHERS);
  });

  it('as a part of what --protect names by its digest, though no tag names that', async () => {
    const { client, pushed, outcomes } = await prepared();
    const index = indexOf(parseDigest(pushed[OLDEST]?.digest ?? ''));
    await client.putManifest(index.digest, index);
    expect(await outcomes({ protect: [index.digest] })).toMatchObject({ [OLDEST]: 'protected' });
  });

  it('when --protect names it by its tag or digest', async () => {
    const { pushed, outcomes, tags } = await prepared();
    for (const protect of [[OLDEST], [pushed[OLDEST]?.digest ?? '']]) {
      expect(await outcomes({ protect })).toMatchObject({ [OLDEST]: 'protected' });
    }
    expect(await tags()).toEqual([...OTHERS, OLDEST]);
  });

  it('when something in the registry refers to it', async () => {
    const { pushed, retain, tags } = await prepared();
    registry().intercept((exchange, forward) => {
      if (!exchange.path.includes('/referrers/')) return forward();
      const manifests = exchange.path.endsWith(pushed[OLDEST]?.digest ?? '')
        ? [{ digest: pushed['prod-v1']?.digest }]
        : [];
      return Promise.resolve(Response.json({ schemaVersion: 2, manifests }));
    });
    expect((await retain()).tags.at(-1)).toMatchObject({
      outcome: 'protected',
      reason: '1 signatures or the like belong to it',
    });
    expect(await tags()).toEqual([...OTHERS, OLDEST]);
  });
});

describe('between the judgement and the deletion', () => {
  /** The last question before anything is removed is whether the registry deletes at all. */
  function atTheLastMoment(change: () => Promise<unknown>) {
    let changed = false;
    registry().intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method === 'DELETE' && !changed) {
        changed = true;
        await change();
      }
      return answer;
    });
  }

  it('a tag came to need the digest: it stays', async () => {
    const { name, outcomes, tags } = await prepared();
    atTheLastMoment(() => registry().pushImage(name, 'rollback', `${OLDEST} of ${name}`));
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'protected' });
    expect(await tags()).toEqual([...OTHERS, OLDEST, 'rollback']);
  });

  it('an image came to need it as a platform: it stays', async () => {
    const { client, pushed, outcomes } = await prepared();
    const child = parseDigest(pushed[OLDEST]?.digest ?? '');
    atTheLastMoment(() => client.putManifest('multi', indexOf(child)));
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'protected' });
    expect(await client.headManifest(OLDEST)).toBe(child);
  });

  it('the tag was moved: neither what it was nor what it is goes', async () => {
    const { name, client, pushed, retain } = await prepared();
    atTheLastMoment(() => registry().pushImage(name, OLDEST, `anew ${name}`));
    expect((await retain()).tags.at(-1)).toMatchObject({ outcome: 'protected', reason: 'it was moved meanwhile' });
    const was = pushed[OLDEST]?.digest ?? '';
    expect(await client.headManifest(was)).toBe(was);
    expect(await client.headManifest(OLDEST)).not.toBe(was);
  });

  it('the tag was removed: that is done', async () => {
    const { client, pushed, retain } = await prepared();
    const digest = parseDigest(pushed[OLDEST]?.digest ?? '');
    atTheLastMoment(() => client.deleteManifest(digest));
    expect((await retain()).tags.at(-1)).toMatchObject({ outcome: 'deleted', reason: 'it was gone already' });
  });
});

describe('unsupported is told, and nothing is begun,', () => {
  it('where the registry deletes nothing', async () => {
    const { name, outcomes, tags } = await prepared(keepsAll());
    await keepsAll().pushImage(name, 'uat-v1', `prod-v1 of ${name}`);
    expect(await outcomes({ keep: 1 })).toEqual({
      [OLDEST]: 'unsupported',
      'prod-v1': 'unsupported',
      'prod-v2': 'protected',
    });
    expect(keepsAll().exchanges.filter(({ method }) => ['PUT', 'POST'].includes(method))).toEqual([]);
    expect(await tags()).toEqual([...OTHERS, OLDEST, 'uat-v1'].sort());
  });

  it.each([
    ['janitor', 'deleted'],
    ['ci', 'unsupported'],
  ])('where the login may not (%s: %s)', async (user, outcome) => {
    await storeLogin(tokens().host, 'janitor', 'right');
    made += 1;
    const name = `acme/tokens-${made}`;
    const setUp = connect(tokens().host, name);
    const source = connect(registry().host, name);
    const promotedAt = new Map<string, Date>();
    for (const tag of ['prod-v1', 'prod-v2']) {
      await registry().pushImage(name, tag, tag);
      const image = await source.getManifest(tag);
      for (const blob of image?.blobs ?? []) await setUp.copyBlob(blob, source);
      if (image) await setUp.putManifest(tag, image);
      promotedAt.set(tag, new Date(promotedAt.size));
    }
    await storeLogin(tokens().host, user, 'right');
    const { tags } = await retain({
      registry: connect(tokens().host, name),
      patterns: ['prod-v*'],
      keep: 1,
      promotedAt,
      apply: true,
    });
    expect(tags.map(({ outcome }) => outcome)).toEqual([outcome, 'protected']);
  });
});

describe('a tag that shares its digest is put back', () => {
  /** The oldest release, of which another tag needs the digest, where the untagging is answered so. */
  async function withOddUntagging(odd: (exchange: { method: string; path: string }) => Response | undefined) {
    const ready = await prepared();
    await registry().pushImage(ready.name, 'uat-v9', `${OLDEST} of ${ready.name}`);
    let untagging = false;
    registry().intercept((exchange, forward) => {
      if (exchange.method === 'PUT' && exchange.path.endsWith(OLDEST)) untagging = true;
      const answer = untagging ? odd(exchange) : undefined;
      return answer === undefined ? forward() : Promise.resolve(answer);
    });
    return ready;
  }

  it.each([
    ['an immutable tag', 'PUT', 409],
    ['a placeholder that may not be deleted', 'DELETE', 405],
    ['a placeholder that is refused to be deleted', 'DELETE', 412],
    ['a placeholder whose deletion is forbidden', 'DELETE', 403],
  ])('or left as it is: %s', async (_name, method, status) => {
    const { client, outcomes, pushed } = await withOddUntagging((exchange) =>
      exchange.method === method ? new Response(null, { status }) : undefined,
    );
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'unsupported' });
    expect(await client.headManifest(OLDEST)).toBe(pushed[OLDEST]?.digest);
    expect(await client.headManifest('uat-v9')).toBe(pushed[OLDEST]?.digest);
  });

  it('when the registry fails in between', async () => {
    const { client, retain, pushed } = await withOddUntagging(({ method }) =>
      method === 'DELETE' ? new Response(null, { status: 500 }) : undefined,
    );
    await expect(retain()).rejects.toMatchObject({ code: 'registry-status' });
    expect(await client.headManifest(OLDEST)).toBe(pushed[OLDEST]?.digest);
  });
});

describe('a registry that lies is not believed:', () => {
  const isDeletionOf = (digest: string | undefined) => (exchange: { method: string; path: string }) =>
    exchange.method === 'DELETE' && exchange.path.endsWith(digest ?? '');

  it('it deleted, and the tag still answers', async () => {
    const { pushed, retain, tags } = await prepared();
    const isDeletion = isDeletionOf(pushed[OLDEST]?.digest);
    registry().intercept((exchange, forward) =>
      isDeletion(exchange) ? Promise.resolve(new Response(null, { status: 202 })) : forward(),
    );
    expect((await retain()).tags.at(-1)).toMatchObject({
      outcome: 'unsupported',
      reason: 'the registry says that it deleted it, and still has it',
    });
    expect(await tags()).toEqual([...OTHERS, OLDEST]);
  });

  it('it took a tag that stays along', async () => {
    const { client, pushed, retain } = await prepared();
    const isDeletion = isDeletionOf(pushed[OLDEST]?.digest);
    registry().intercept(async (exchange, forward) => {
      const answer = await forward();
      const kept = pushed['prod-v1']?.digest;
      if (isDeletion(exchange)) {
        await fetch(`http://${registry().host}/v2/${client.repository.name}/manifests/${kept}`, { method: 'DELETE' });
      }
      return answer;
    });
    await expect(retain()).rejects.toMatchObject({
      code: 'retain-tag-lost',
      exitCode: 3,
      message: expect.stringContaining('prod-v1'),
    });
  });

  it('it lost a platform of an image that stays, while it took a tag of that away', async () => {
    const { name, retain, child } = await withTaggedPlatform();
    let untagging = false;
    registry().intercept(async (exchange, forward) => {
      const answer = await forward();
      const { method, path } = exchange;
      if (method === 'PUT' && path.endsWith('amd64')) untagging = true;
      else if (untagging && method === 'DELETE' && !path.endsWith(child.digest)) {
        await fetch(`http://${registry().host}/v2/${name}/manifests/${child.digest}`, { method: 'DELETE' });
      }
      return answer;
    });
    await expect(retain()).rejects.toMatchObject({
      code: 'retain-tag-lost',
      message: expect.stringContaining(child.digest),
    });
  });

  it('it deletes whatever it is asked to: then no tag is taken away alone', async () => {
    const { name, outcomes } = await prepared();
    await registry().pushImage(name, 'uat-v9', `${OLDEST} of ${name}`);
    registry().intercept(({ method }, forward) =>
      method === 'DELETE' ? Promise.resolve(new Response(null, { status: 202 })) : forward(),
    );
    expect(await outcomes()).toMatchObject({ [OLDEST]: 'unsupported' });
    expect(registry().exchanges.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

describe('cut off', () => {
  /** Breaks every connection from the nth change on. */
  async function cutOffAt(change: number) {
    const ready = await prepared();
    await registry().pushImage(ready.name, 'uat-v9', `${OLDEST} of ${ready.name}`);
    await registry().pushImage(ready.name, 'prod-v0', `prod-v0 of ${ready.name}`);
    ready.promotedAt.set('prod-v0', new Date(-1));
    let seen = 0;
    registry().intercept((exchange, forward) => {
      if (!['GET', 'HEAD'].includes(exchange.method)) seen += 1;
      return seen >= change ? Promise.reject(new Error('connection lost')) : forward();
    });
    const failed = await ready.retain().then(
      () => false,
      (error) => {
        expect(error).toBeInstanceOf(GateError);
        return true;
      },
    );
    registry().intercept((_exchange, forward) => forward());
    return { ...ready, failed };
  }

  // The probe, the deletion of prod-v0, and of the untagging a blob (two), a manifest and a deletion.
  it.each([1, 2, 3, 4, 5, 6])(
    'at its change %i, it leaves what stays as it was, and the next run goes on',
    async (change) => {
      const { failed, client, pushed, tags, outcomes } = await cutOffAt(change);
      for (const tag of OTHERS) expect(await client.headManifest(tag)).toBe(pushed[tag]?.digest);
      expect(await client.headManifest('uat-v9')).toBe(pushed[OLDEST]?.digest);
      await outcomes();
      expect(failed).toBe(true);
      expect(await tags()).toEqual([...OTHERS, 'uat-v9']);
      expect(await client.headManifest('uat-v9')).toBe(pushed[OLDEST]?.digest);
    },
  );
});

describe('wrong input', () => {
  it.each<[string, Partial<RetentionRequest>, string]>([
    ['no pattern', { patterns: [] }, 'retain-pattern'],
    ['a pattern that is none', { patterns: ['prod v*'] }, 'retain-pattern'],
    ['nothing to stay', { keep: 0 }, 'retain-keep'],
    ['half a release', { keep: 1.5 }, 'retain-keep'],
    ['no number', { keep: Number.NaN }, 'retain-keep'],
    ['something to protect that is no tag', { protect: ['prod v1'] }, 'image-tag'],
    ['something to protect that is no digest', { protect: ['sha256:abc'] }, 'image-digest'],
    ['a tag to protect that is not there', { protect: ['prod-v99'] }, 'retain-protect'],
    ['a digest to protect that is not there', { protect: [`sha256:${'a'.repeat(64)}`] }, 'retain-protect'],
  ])('%s', async (_name, change, code) => {
    const { retain, tags } = await prepared();
    await expect(retain(change)).rejects.toMatchObject({ code, exitCode: 2 });
    expect(await tags()).toEqual([...OTHERS, OLDEST]);
  });
});
