import { describe, expect, it } from 'vitest';
import { type PromotionRequest, promote } from '../../../deploy/promote/promote.ts';
import { failedUnlessEmpty } from '../../../harness/check.ts';
import { InfrastructureError, UsageError } from '../../../harness/errors.ts';
import { type Pushed, useRegistry } from '../../support/registry.ts';
import { FINISHED, reportOf } from './report.ts';

const registry = useRegistry();
let made = 0;

/** A repository of this test's own, with an image under its source tag and a report of it. */
async function prepared(push: 'pushImage' | 'pushIndex' = 'pushImage') {
  made += 1;
  const name = `acme/odoo-${made}`;
  const pushed: Pushed = await registry()[push](name, 'uat-v1.0.0', `image ${made}`);
  const promoteIt = (change: Partial<PromotionRequest> = {}) =>
    promote({
      repository: `${registry().host}/${name}`,
      from: 'uat-v1.0.0',
      to: 'prod-v1.0.0',
      basis: { report: reportOf(pushed.digest) },
      now: FINISHED,
      http: { retryDelayMs: 1 },
      ...change,
    });
  return { name, pushed, promote: promoteIt, target: () => registry().digestOf(name, 'prod-v1.0.0') };
}

const isTarget = ({ path }: { path: string }) => path.endsWith('/manifests/prod-v1.0.0');
const puts = () => registry().exchanges.filter(({ method }) => method === 'PUT');

describe('a promotion', () => {
  it.each([
    ['an image', 'pushImage', []],
    ['a multi-platform image', 'pushIndex', ['linux/amd64', 'linux/arm64']],
  ] as const)('sets the tag to %s, byte for byte', async (_name, push, platforms) => {
    const { name, pushed, promote, target } = await prepared(push);
    await expect(promote()).resolves.toEqual({
      status: 'promoted',
      repository: `${registry().host}/${name}`,
      targetRepository: `${registry().host}/${name}`,
      from: 'uat-v1.0.0',
      to: 'prod-v1.0.0',
      digest: pushed.digest,
      mediaType: pushed.mediaType,
      platforms,
      signers: [],
      approvers: [],
    });
    expect(await target()).toBe(pushed.digest);
  });

  it('moves no blob', async () => {
    const { promote } = await prepared('pushIndex');
    await promote();
    expect(registry().exchanges.filter(({ path }) => path.includes('/blobs/'))).toEqual([]);
    expect(puts()).toHaveLength(1);
  });

  it('done twice is already done, and writes nothing', async () => {
    const { promote } = await prepared();
    await promote();
    registry().exchanges.length = 0;
    await expect(promote()).resolves.toMatchObject({ status: 'already-promoted' });
    expect(puts()).toEqual([]);
  });

  it('run dry writes nothing', async () => {
    const { promote, target } = await prepared();
    await expect(promote({ dryRun: true })).resolves.toMatchObject({ status: 'would-promote' });
    expect(puts()).toEqual([]);
    expect(await target()).toBeNull();
  });

  it('survives a registry that is busy for a moment', async () => {
    const { pushed, promote, target } = await prepared();
    let busy = 0;
    registry().intercept(async ({ method }, forward) => {
      busy += 1;
      return busy % 2 === 1 ? new Response(null, { status: method === 'PUT' ? 429 : 503 }) : forward();
    });
    await expect(promote()).resolves.toMatchObject({ status: 'promoted' });
    expect(await target()).toBe(pushed.digest);
  });

  it('whose answer is lost is found done', async () => {
    const { promote } = await prepared();
    let lost = false;
    registry().intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method !== 'PUT' || lost) return answer;
      lost = true;
      throw new Error('connection lost');
    });
    await expect(promote()).resolves.toMatchObject({ status: 'promoted' });
  });

  it('says when the source tag moved meanwhile, and stands', async () => {
    const { name, pushed, promote, target } = await prepared();
    let moved: Pushed | undefined;
    registry().intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method === 'PUT') moved = await registry().pushImage(name, 'uat-v1.0.0', `moved ${name}`);
      return answer;
    });
    const promotion = await promote();
    expect(promotion).toMatchObject({ status: 'promoted', digest: pushed.digest, movedSource: moved?.digest });
    expect(await target()).toBe(pushed.digest);
  });
});

describe('refused, and nothing written, is', () => {
  it('a report whose verdict is not pass, without asking the registry', async () => {
    const { pushed, promote } = await prepared();
    const report = reportOf(pushed.digest, failedUnlessEmpty([{ message: 'still sends mail' }], 1));
    await expect(promote({ basis: { report } })).resolves.toMatchObject({
      status: 'refused',
      refusals: [{ code: 'verdict-not-pass' }],
    });
    expect(registry().exchanges).toEqual([]);
  });

  it('a report that is too old', async () => {
    const { promote } = await prepared();
    const refused = promote({ now: new Date(FINISHED.getTime() + 25 * 60 * 60_000) });
    await expect(refused).resolves.toMatchObject({ refusals: [{ code: 'report-too-old' }] });
  });

  it('a report of another image', async () => {
    const { name, promote, target } = await prepared();
    const other = await registry().pushImage(name, 'uat-v0.9.0', `older ${name}`);
    const refused = promote({ basis: { report: reportOf(other.digest) } });
    await expect(refused).resolves.toMatchObject({ status: 'refused', refusals: [{ code: 'other-digest' }] });
    expect(await target()).toBeNull();
  });

  it('a source tag that moved after the run', async () => {
    const { name, promote, target } = await prepared();
    await registry().pushImage(name, 'uat-v1.0.0', `newer ${name}`);
    await expect(promote()).resolves.toMatchObject({ refusals: [{ code: 'other-digest' }] });
    expect(await target()).toBeNull();
  });

  it('a report of one platform alone, which it names', async () => {
    const name = 'acme/one-platform';
    const { children } = await registry().pushIndex(name, 'uat-v1.0.0', 'one platform');
    const { promote } = await prepared();
    const report = reportOf(children[1]?.digest);
    await expect(promote({ repository: `${registry().host}/${name}`, basis: { report } })).resolves.toMatchObject({
      refusals: [{ code: 'other-digest', message: expect.stringContaining('linux/arm64') }],
    });
  });

  it('a target that is another image already', async () => {
    const { name, promote, target } = await prepared();
    const other = await registry().pushImage(name, 'prod-v1.0.0', `other ${name}`);
    await expect(promote()).resolves.toMatchObject({ refusals: [{ code: 'target-taken' }] });
    expect(puts()).toEqual([]);
    expect(await target()).toBe(other.digest);
  });
});

describe('an error, never "absent", is', () => {
  it.each([401, 403, 500, 503])('HTTP %i where the target is looked up', async (status) => {
    const { promote, target } = await prepared();
    registry().intercept((exchange, forward) =>
      isTarget(exchange) ? Promise.resolve(new Response(null, { status })) : forward(),
    );
    await expect(promote()).rejects.toThrow();
    expect(puts()).toEqual([]);
    expect(await target()).toBeNull();
  });

  it("a web server's own 404 where the target is looked up", async () => {
    const { promote } = await prepared();
    registry().intercept((exchange, forward) =>
      isTarget(exchange) ? Promise.resolve(new Response('<html>Not Found</html>', { status: 404 })) : forward(),
    );
    await expect(promote()).rejects.toThrow(InfrastructureError);
    expect(puts()).toEqual([]);
  });

  it('a connection that breaks where the target is looked up', async () => {
    const { promote } = await prepared();
    registry().intercept((exchange, forward) =>
      isTarget(exchange) ? Promise.reject(new Error('connection lost')) : forward(),
    );
    await expect(promote()).rejects.toMatchObject({ code: 'registry-unreachable', exitCode: 3 });
    expect(puts()).toEqual([]);
  });
});

describe('reading back finds', () => {
  it('another promotion that came in between', async () => {
    const { name, promote } = await prepared();
    registry().intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method === 'PUT') await registry().pushImage(name, 'prod-v1.0.0', `rival ${name}`);
      return answer;
    });
    await expect(promote()).rejects.toMatchObject({ code: 'promote-read-back', exitCode: 3 });
  });

  it('a write that the registry confirmed and did not make', async () => {
    const { promote } = await prepared();
    registry().intercept(({ method }, forward) =>
      method === 'PUT' ? Promise.resolve(new Response(null, { status: 201 })) : forward(),
    );
    await expect(promote()).rejects.toMatchObject({ code: 'promote-read-back' });
  });

  it('bytes that are not those of the digest in the header', async () => {
    const { promote } = await prepared();
    registry().intercept(async (exchange, forward) => {
      const answer = await forward();
      if (exchange.method !== 'GET' || !isTarget(exchange) || answer.status !== 200) return answer;
      return new Response((await answer.text()).replace('  ', ' \t'), answer);
    });
    await expect(promote()).rejects.toMatchObject({ code: 'registry-digest' });
  });

  it('a header that lies about a target which looks promoted', async () => {
    const { name, pushed, promote } = await prepared();
    await registry().pushImage(name, 'prod-v1.0.0', `hidden ${name}`);
    registry().intercept(async (exchange, forward) => {
      const answer = await forward();
      if (exchange.method !== 'HEAD' || !isTarget(exchange)) return answer;
      return new Response(null, { status: 200, headers: { 'docker-content-digest': pushed.digest } });
    });
    await expect(promote()).rejects.toMatchObject({ code: 'promote-read-back' });
  });
});

describe('wrong input', () => {
  it.each<[string, Partial<PromotionRequest>, string]>([
    ['another repository in the target', { to: 'ghcr.io/acme/odoo:prod-v1' }, 'promote-other-repository'],
    ['a digest as source', { from: `sha256:${'a'.repeat(64)}` }, 'promote-other-repository'],
    ['the same tag twice', { to: 'uat-v1.0.0' }, 'promote-same-tag'],
    ['an empty tag', { to: '' }, 'image-tag'],
    ['a tag with a space', { from: 'uat v1' }, 'image-tag'],
    ['a repository with a tag', { repository: 'localhost:5000/acme/odoo:uat' }, 'image-reference'],
    ['a repository in capitals', { repository: 'localhost:5000/Acme' }, 'image-reference'],
  ])('%s', async (_name, change, code) => {
    const { promote } = await prepared();
    const error = await promote(change).catch((caught) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect(registry().exchanges).toEqual([]);
  });

  it('a source tag that is not there names the nearest', async () => {
    const { promote } = await prepared();
    await expect(promote({ from: 'uat-v1.0.1' })).rejects.toMatchObject({
      code: 'promote-no-source',
      next: expect.stringContaining('uat-v1.0.0'),
    });
  });

  it('a repository that is not there', async () => {
    const { promote } = await prepared();
    await expect(promote({ repository: `${registry().host}/acme/typo` })).rejects.toMatchObject({
      code: 'promote-no-source',
    });
  });

  it('a registry that nobody runs', async () => {
    const { promote } = await prepared();
    await expect(promote({ repository: 'localhost:1/acme/odoo' })).rejects.toMatchObject({
      code: 'registry-unreachable',
      exitCode: 3,
    });
  });
});

it('of an image for several platforms, those that did not run are named', async () => {
  const { name, pushed, promote } = await prepared('pushIndex');
  const report = reportOf(pushed.digest);
  const image = { reference: name, id: 'sha256:id', digest: pushed.digest, platform: 'linux/amd64' };
  expect(await promote({ basis: { report: { ...report, subject: { image } } } })).toMatchObject({
    status: 'promoted',
    untested: ['linux/arm64'],
  });
});
