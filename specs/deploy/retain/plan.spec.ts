import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, type Manifest, readManifest } from '../../../deploy/registry/manifest.ts';
import type { Digest } from '../../../deploy/registry/reference.ts';
import { planRetention, type Rules } from '../../../deploy/retain/plan.ts';
import { byPromotion, byVersion } from '../../../deploy/retain/release-order.ts';
import { parseTagPattern } from '../../../deploy/retain/tag-pattern.ts';
import { UsageError } from '../../../harness/errors.ts';

const OCI = 'application/vnd.oci.image';
const bytes = (text: string) => new TextEncoder().encode(text);
const config = { mediaType: `${OCI}.config.v1+json`, digest: digestOf(bytes('{}')), size: 2 };

function manifest(mediaType: string, content: object): Manifest {
  return readManifest(bytes(JSON.stringify({ schemaVersion: 2, mediaType, ...content })), mediaType);
}
const image = (name: string, more: object = {}) =>
  manifest(`${OCI}.manifest.v1+json`, { config, layers: [], annotations: { name }, ...more });
const index = (...children: Manifest[]) =>
  manifest(`${OCI}.index.v1+json`, { manifests: children.map(({ digest }) => ({ digest })) });

/** The plan for a repository with these tags, promoted in the order in which they stand here. */
function plan(tags: Record<string, Manifest>, change: Partial<Rules> = {}) {
  const all = Object.values(tags);
  const childrenOf = (each: Manifest): Digest[] => [each.digest, ...each.children.map(({ digest }) => digest)];
  const steps = planRetention(
    {
      tags: new Map(Object.entries(tags)),
      within: new Map(all.map((each) => [each.digest, new Set(childrenOf(each))])),
    },
    {
      patterns: [parseTagPattern('prod-v*')],
      keep: 2,
      ranking: byPromotion(new Map(Object.keys(tags).map((tag, position) => [tag, new Date(position)]))),
      protect: new Map(),
      ...change,
    },
  );
  return Object.fromEntries(steps.map(({ tag, action, reason }) => [tag, `${action}: ${reason}`]));
}

const LAST = 'protect: among the last 2 of prod-v*';

describe('of the tags that a pattern matches', () => {
  it('the newest stay and the others go, by when they were promoted and not by name', () => {
    const tags = { 'prod-v9': image('a'), 'prod-v10': image('b'), 'prod-v3': image('c'), 'prod-v4': image('d') };
    expect(plan(tags)).toEqual({
      'prod-v9': 'delete: older than those that stay',
      'prod-v10': 'delete: older than those that stay',
      'prod-v3': LAST,
      'prod-v4': LAST,
    });
  });

  it('those promoted at the same moment as the last one that stays do so too', () => {
    const promotedAt = new Map(
      ['prod-v1', 'prod-v2', 'prod-v3'].map((tag) => [tag, new Date(tag === 'prod-v3' ? 9 : 1)]),
    );
    const tags = { 'prod-v1': image('a'), 'prod-v2': image('b'), 'prod-v3': image('c') };
    expect(plan(tags, { ranking: byPromotion(promotedAt) })).toEqual({
      'prod-v1': LAST,
      'prod-v2': LAST,
      'prod-v3': LAST,
    });
  });

  it('one whose promotion is not recorded stays, and takes no place of the others', () => {
    const promotedAt = new Map([
      ['prod-v1', new Date(1)],
      ['prod-v2', new Date(2)],
      ['prod-v3', new Date(Number.NaN)],
    ]);
    const tags = { 'prod-v1': image('a'), 'prod-v2': image('b'), 'prod-v3': image('c'), 'prod-v4': image('d') };
    expect(plan(tags, { ranking: byPromotion(promotedAt) })).toEqual({
      'prod-v1': LAST,
      'prod-v2': LAST,
      'prod-v3': 'protect: no promotion of it is recorded',
      'prod-v4': 'protect: no promotion of it is recorded',
    });
  });

  it('one that two patterns match stays when it is new by either', () => {
    const tags = { 'prod-v1': image('a'), 'prod-v2': image('b'), 'prod-v3': image('c'), 'prod-v2-hotfix': image('d') };
    const order = byPromotion(
      new Map(['prod-v2-hotfix', 'prod-v1', 'prod-v2', 'prod-v3'].map((tag, position) => [tag, new Date(position)])),
    );
    const patterns = [parseTagPattern('prod-v*'), parseTagPattern('*-hotfix')];
    expect(plan(tags, { patterns, ranking: order })).toMatchObject({
      'prod-v1': 'delete: older than those that stay',
      'prod-v2-hotfix': 'protect: among the last 2 of *-hotfix',
    });
  });

  it('those that no pattern matches are not spoken of', () => {
    expect(plan({ latest: image('a'), 'uat-v1': image('b') })).toEqual({});
  });
});

describe('an old tag', () => {
  const news = { 'prod-v8': image('8'), 'prod-v9': image('9') };

  it.each<[string, Record<string, Manifest>, string]>([
    [
      'of the same image as one that stays',
      { 'prod-v1': image('9'), ...news },
      'untag: prod-v9 stays, and needs the same digest',
    ],
    [
      'of the same image as one of another pattern',
      { 'prod-v1': image('1'), 'uat-v1': image('1'), ...news },
      'untag: uat-v1 stays, and needs the same digest',
    ],
    [
      'of a platform of an image that stays',
      { 'prod-v1': image('1'), latest: index(image('1')), ...news },
      'untag: latest stays, and needs the same digest',
    ],
    [
      'of a signature of an image that stays',
      { 'prod-v1': image('1', { subject: { digest: image('9').digest } }), ...news },
      'protect: it belongs to prod-v9, which stays',
    ],
    [
      'of an image whose signature stays',
      { 'prod-v1': image('1'), signature: image('s', { subject: { digest: image('1').digest } }), ...news },
      'protect: signature belongs to it, and stays',
    ],
    [
      'of an image whose signature is told by its tag',
      { 'prod-v1': image('1'), [`${image('1').digest.replace(':', '-')}.sig`]: image('s'), ...news },
      `protect: ${image('1').digest.replace(':', '-')}.sig belongs to it, and stays`,
    ],
    [
      'of an image with a platform that another old tag names too',
      { 'prod-v1': index(image('1')), 'prod-v2': image('1'), ...news },
      'delete: older than those that stay',
    ],
    [
      'that an untagging left behind',
      { 'prod-v1': image('1', { artifactType: 'application/vnd.odoo-gate.untag.v1+json' }), ...news },
      'delete: left behind by a run that was cut off',
    ],
  ])('%s', (_name, tags, expected) => {
    expect(plan(tags)['prod-v1']).toBe(expected);
  });

  it('of what is protected by its digest stays', () => {
    const tags = { 'prod-v1': image('1'), ...news };
    expect(plan(tags, { protect: new Map([[image('1').digest, 'what runs']]) })['prod-v1']).toBe(
      'protect: protected by name: what runs',
    );
  });

  it('of an image with a platform that is protected stays', () => {
    const tags = { 'prod-v1': index(image('1')), ...news };
    expect(plan(tags, { protect: new Map([[image('1').digest, 'what runs']]) })['prod-v1']).toBe(
      'protect: protected by name: what runs',
    );
  });
});

it('what an untagging left behind is no release: it takes no place, whatever is recorded of its tag', () => {
  const tags = {
    'prod-v1': image('1'),
    'prod-v2': image('2'),
    'prod-v3': image('3', { artifactType: 'application/vnd.odoo-gate.untag.v1+json' }),
  };
  expect(plan(tags)).toEqual({
    'prod-v1': LAST,
    'prod-v2': LAST,
    'prod-v3': 'delete: left behind by a run that was cut off',
  });
});

describe('by version', () => {
  it.each([
    [['prod-v1.9.0', 'prod-v1.10.0', 'prod-v1.2.0'], 'prod-v1.2.0'],
    [['prod-v2.0.0', 'prod-v2.0.0-rc.1', 'prod-v2.0.1'], 'prod-v2.0.0-rc.1'],
    [['prod-v10.0.0', 'prod-v9.0.0', 'prod-v8.99.99'], 'prod-v8.99.99'],
  ])('of %j the lowest goes: %s', (names, lowest) => {
    const planned = plan(Object.fromEntries(names.map((name) => [name, image(name)])), { ranking: byVersion() });
    expect(Object.keys(planned).filter((tag) => planned[tag]?.startsWith('delete'))).toEqual([lowest]);
  });

  it.each(['prod-v1.2', 'prod-v19.0.1.2.3', 'prod-v01.2.3', 'prod-vlatest', 'prod-v1.2.3-'])(
    '%s has no place',
    (tag) => {
      const planned = plan({ [tag]: image('a') }, { ranking: byVersion() });
      expect(planned[tag]).toBe('protect: it does not end in a semantic version');
    },
  );
});

describe('a pattern', () => {
  it.each([
    ['prod-v*', 'prod-v1.2.3', true],
    ['prod-v*', 'preprod-v1', false],
    ['prod-v1.*', 'prod-v1x2', false],
    ['*-hotfix', 'prod-v1-hotfix', true],
    ['prod-*-*', 'prod-v1-hotfix', true],
    ['prod-*-*', 'prod-v1', false],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'aa', false],
    ['aba*aba', 'aba', false],
    ['*', 'anything', true],
    ['prod', 'prod', true],
    ['prod', 'prod-v1', false],
  ])('%s matches %s: %s', (pattern, tag, expected) => {
    expect(parseTagPattern(pattern).matches(tag)).toBe(expected);
  });

  it.each(['', ' ', 'prod v*', 'prod-v?', '(a+)+', 'prod/v*', '-v*', 'x'.repeat(129)])('%j is refused', (text) => {
    expect(() => parseTagPattern(text)).toThrow(UsageError);
  });

  it('of many stars takes no time', () => {
    expect(parseTagPattern('x*'.repeat(60)).matches(`${'x'.repeat(127)}y`)).toBe(true);
    expect(parseTagPattern(`${'x*'.repeat(60)}z`).matches('x'.repeat(128))).toBe(false);
  });
});

it('whatever the tags and times are, nothing that a tag which stays needs is deleted', () => {
  const names = ['prod-v1', 'prod-v2', 'prod-v3', 'prod-v4', 'uat-v1', 'latest'];
  const pool = [image('a'), image('b'), image('c')];
  const content = fc.constantFrom(...pool, index(...pool.slice(0, 2)), index(...pool.slice(1)));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), content),
      fc.dictionary(fc.constantFrom(...names), fc.date({ noInvalidDate: false })),
      fc.integer({ min: 1, max: 4 }),
      (tags, times, keep) => {
        const planned = plan(tags, { keep, ranking: byPromotion(new Map(Object.entries(times))) });
        const staying = Object.keys(tags).filter((tag) => !/^(delete|untag)/.test(planned[tag] ?? ''));
        const needed = new Set(
          staying.flatMap((tag) => [tags[tag]?.digest, ...(tags[tag]?.children ?? []).map(({ digest }) => digest)]),
        );
        for (const [tag, what] of Object.entries(planned)) {
          if (what.startsWith('delete')) expect(needed.has(tags[tag]?.digest)).toBe(false);
        }
        const known = names.filter(
          (tag) => tag.startsWith('prod') && tags[tag] && !Number.isNaN(times[tag]?.getTime() ?? Number.NaN),
        );
        expect(known.filter((tag) => staying.includes(tag)).length).toBeGreaterThanOrEqual(
          Math.min(keep, known.length),
        );
      },
    ),
  );
});
