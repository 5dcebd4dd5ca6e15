import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { promote } from '../../../deploy/promote/promote.ts';
import { GateError } from '../../../harness/errors.ts';
import { useRegistry } from '../../support/registry.ts';
import { evidenceFile, NOW, policyOf, TAGS } from './release.ts';
import { reportOf } from './report.ts';

const registry = useRegistry();
let made = 0;

/** An image for two platforms, and its promotion into another repository or within its own. */
async function prepared(elsewhere: boolean) {
  made += 1;
  const name = `acme/odoo-${made}`;
  const targetName = elsewhere ? `acme/production-${made}` : name;
  const repository = `${registry().host}/${name}`;
  const { digest, children } = await registry().pushIndex(name, TAGS.from, `image ${made}`);
  const toRepository = `${registry().host}/${targetName}`;
  const run = () =>
    promote({
      ...{ repository, ...TAGS, now: NOW, http: { retryDelayMs: 1 } },
      basis: {
        evidence: [evidenceFile({ repository, digest, report: reportOf(digest) })],
        policy: policyOf(elsewhere ? { toRepository } : {}),
      },
    });
  return {
    digest,
    children,
    toRepository,
    targetName,
    from: `${repository}:${TAGS.from}`,
    to: `${toRepository}:${TAGS.to}`,
    promote: run,
  };
}

/** The manifest as skopeo gets it, byte for byte. */
async function inspect(reference: string): Promise<string> {
  const how = ['inspect', '--raw', '--tls-verify=false', `docker://${reference}`];
  return (await promisify(execFile)('skopeo', how)).stdout;
}

it.each([
  ['within a repository', false],
  ['into another repository', true],
])('an index for several platforms, promoted %s, is to skopeo the same byte for byte', async (_, elsewhere) => {
  const { from, to, promote } = await prepared(elsewhere);
  expect(await promote()).toMatchObject({ status: 'promoted' });
  const source = await inspect(from);
  expect(source).toContain('manifests');
  expect(await inspect(to)).toBe(source);
});

it('into another repository every platform comes along, and skopeo can copy all of it from there', async () => {
  const { to, targetName, children, promote } = await prepared(true);
  await promote();
  for (const { digest } of children) expect(await registry().digestOf(targetName, digest)).toBe(digest);
  const how = ['copy', '--insecure-policy', '--all', '--preserve-digests', '--src-tls-verify=false'];
  const copy = promisify(execFile)('skopeo', [
    ...how,
    '--dest-tls-verify=false',
    `docker://${to}`,
    `docker://${to}-copy`,
  ]);
  await expect(copy).resolves.toBeDefined();
});

it('into another repository blobs are mounted, not sent', async () => {
  const { promote } = await prepared(true);
  registry().exchanges.length = 0;
  await promote();
  const blobs = registry().exchanges.filter(({ path }) => path.includes('/blobs/'));
  expect(blobs.some(({ path }) => path.includes('mount='))).toBe(true);
  expect(blobs.filter(({ method }) => method === 'GET' || method === 'PUT' || method === 'PATCH')).toEqual([]);
});

it('into another repository the result says where the tag is', async () => {
  const { promote, toRepository, digest, targetName } = await prepared(true);
  expect(await promote()).toMatchObject({ targetRepository: toRepository, digest });
  expect(await registry().digestOf(targetName, TAGS.to)).toBe(digest);
});

it('into another repository a part that is missing leaves the tag unset', async () => {
  const { promote, targetName } = await prepared(true);
  registry().intercept(({ method, path }, forward) =>
    method === 'HEAD' && path.includes('/blobs/') ? Promise.resolve(new Response(null, { status: 404 })) : forward(),
  );
  await expect(promote()).rejects.toBeInstanceOf(GateError);
  expect(await registry().digestOf(targetName, TAGS.to)).toBeNull();
});
