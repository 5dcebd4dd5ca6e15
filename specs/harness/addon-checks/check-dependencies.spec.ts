import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkArchitecture } from '../../../harness/addon-checks/check-architecture.ts';
import { checkDependencies } from '../../../harness/addon-checks/check-dependencies.ts';
import { findCycles } from '../../../harness/addon-checks/cycles.ts';
import { addonsOf, manifest, told } from './write-addons.ts';

const odoo = new Set(['base', 'web', 'sale', 'stock']);

describe('dependencies', () => {
  it('on addons of the repository and of Odoo are fine', () => {
    const judged = checkDependencies(addonsOf({ a: ['b', 'sale'], b: ['base'] }), odoo);
    expect(judged).toEqual({ findings: [], assertions: 3, unclear: [] });
  });

  it('that nobody knows are inconclusive without the names of the modules of Odoo, never passed', () => {
    const { findings, unclear } = checkDependencies(addonsOf({ a: ['sale', 'base'], b: ['mail'] }), undefined);
    expect(findings).toEqual([]);
    expect(unclear).toEqual([expect.stringContaining('mail, sale: not in the repository')]);
  });

  it('that are nowhere are told, once each, with who depends on them', () => {
    const { findings } = checkDependencies(addonsOf({ a: ['salee'], b: ['salee'] }), odoo);
    expect(told(findings)).toEqual([
      'a/__manifest__.py:3 "salee" is neither in the repository nor among Odoo\'s own modules; a, b depend on it',
    ]);
  });

  it.each<[string, Record<string, string[] | string>, string[]]>([
    ['on itself', { a: ['a'] }, ['a/__manifest__.py:3 it depends on itself']],
    ['given twice', { a: ['sale', 'sale'] }, ['a/__manifest__.py:3 "sale" stands in "depends" twice']],
    [
      'on what is not installable',
      { a: ['b'], b: manifest('"installable": False') },
      ['a/__manifest__.py:3 it depends on "b", which is not installable'],
    ],
    [
      'on each other',
      { a: ['b'], b: ['c'], c: ['a'] },
      ['a/__manifest__.py:3 addons depend on each other: a → b → c → a'],
    ],
    [
      'on each other, in several circles',
      { a: ['b'], b: ['a'], c: ['d'], d: ['c', 'a'] },
      [
        'a/__manifest__.py:3 addons depend on each other: a → b → a',
        'c/__manifest__.py:3 addons depend on each other: c → d → c',
      ],
    ],
  ])('%s are told', (_what, addons, expected) => {
    expect(told(checkDependencies(addonsOf(addons), odoo).findings)).toEqual(expected);
  });

  it('of what is not installable are not judged', () => {
    const addons = addonsOf({ a: manifest('"installable": False', '"depends": ["a", "gone"]') });
    expect(checkDependencies(addons, odoo).findings).toEqual([]);
  });
});

describe('cycles', () => {
  it('are found in whatever graph has them, and only there', () => {
    const graph = fc
      .array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 })
      .map((edges) => Map.groupBy(edges, ([from]) => String(from)))
      .map((byNode) => new Map([...byNode].map(([node, edges]) => [node, edges.map(([, to]) => String(to))])));
    fc.assert(
      fc.property(graph, (each) => {
        const cycles = findCycles(each);
        for (const cycle of cycles)
          for (const [index, node] of cycle.entries())
            expect(each.get(node)).toContain(cycle[(index + 1) % cycle.length]);
        expect(cycles.length > 0).toBe(!canBeOrdered(each));
      }),
    );
  });
});

/** Whether nodes can be taken away one by one, each without an edge to another that is left. */
function canBeOrdered(graph: ReadonlyMap<string, readonly string[]>): boolean {
  const left = new Map(graph);
  for (;;) {
    const free = [...left].find(([node, to]) => to.every((each) => each === node || !left.has(each)));
    if (free === undefined) return left.size === 0;
    left.delete(free[0]);
  }
}

describe('architecture', () => {
  const rule = { from: 'shared_*', mayNotDependOn: ['site_*'], why: 'sites come and go' };

  it('that keeps to the rules passes', () => {
    const addons = addonsOf({ shared_a: ['sale', 'shared_b'], shared_b: ['base'], site_x: ['shared_a'] });
    expect(checkArchitecture(addons, [rule], odoo)).toEqual({ status: 'passed', assertions: 4 });
  });

  it('a direct and an indirect dependency are told, with the way that leads there', () => {
    const addons = addonsOf({
      shared_a: ['bridge'],
      bridge: ['base', 'site_x'],
      shared_b: ['site_x'],
      site_x: ['base'],
    });
    const outcome = checkArchitecture(addons, [rule], odoo);
    expect(outcome).toMatchObject({ status: 'failed', findings: [{ why: 'sites come and go' }, {}] });
    expect(outcome.status === 'failed' ? told(outcome.findings) : []).toEqual([
      'shared_a/__manifest__.py:3 shared_a may not depend on site_x: shared_a → bridge → site_x',
      'shared_b/__manifest__.py:3 shared_b may not depend on site_x: shared_b → site_x',
    ]);
  });

  it('forbids what is not in the repository as well', () => {
    const outcome = checkArchitecture(addonsOf({ shared_a: ['site_x'] }), [rule], undefined);
    expect(outcome.status).toBe('failed');
  });

  it('a star stands for anything, a dot for a dot', () => {
    const addons = addonsOf({ shared_a: ['site_x'] });
    const forbidding = (mayNotDependOn: string[]) =>
      checkArchitecture(addons, [{ ...rule, mayNotDependOn }], new Set(['site_x']));
    expect(forbidding(['s*_x']).status).toBe('failed');
    expect(forbidding(['site', 's.te_x', 'ite_x']).status).toBe('passed');
  });

  it.each<[string, Record<string, string[] | string>, RegExp]>([
    ['leads where nobody can look', { shared_a: ['sale', 'elsewhere'] }, /shared_a depends on elsewhere/],
    ['leads to a manifest that can not be read', { shared_a: ['b'], b: '{' }, /the manifest of b can't be read/],
    ['begins at a manifest that can not be read', { shared_a: '{' }, /the manifest of shared_a can't be read/],
    ['begins at no addon', { sharde_a: ['base'] }, /no addon is called shared_\*/],
  ])('is inconclusive where a rule %s', (_what, addons, reason) => {
    expect(checkArchitecture(addonsOf(addons), [rule], odoo)).toEqual({
      status: 'inconclusive',
      reason: expect.stringMatching(reason),
    });
  });

  it('without rules does not apply', () => {
    expect(checkArchitecture(addonsOf({ a: [] }), [], odoo).status).toBe('not-applicable');
  });
});
