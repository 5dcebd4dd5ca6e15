import { describe, expect, test } from 'vitest';
import type { ModuleGraph } from '../../../harness/addon-tests/addon.ts';
import { closureOf, dependentsOf, findObstacle } from '../../../harness/addon-tests/dependencies.ts';
import { splitDependencies } from '../../../harness/addon-tests/test-addons.ts';

function graphOf(modules: Record<string, readonly string[]>, notInstallable: readonly string[] = []): ModuleGraph {
  return new Map(
    Object.entries(modules).map(([name, depends]) => [name, { depends, installable: !notInstallable.includes(name) }]),
  );
}

const CHAIN = graphOf({ base: [], sale: ['base'], shop: ['sale'], shop_fast: ['shop'], stock: ['base'] });

test('a closure holds the modules and all below them', () => {
  expect([...closureOf(CHAIN, ['shop'])].sort()).toEqual(['base', 'sale', 'shop']);
});

test('a closure leaves out what is nowhere', () => {
  expect([...closureOf(graphOf({ shop: ['gone'] }), ['shop'])]).toEqual(['shop']);
});

test('the dependents of a module are all above it, without itself', () => {
  expect([...dependentsOf(CHAIN, ['sale'])].sort()).toEqual(['shop', 'shop_fast']);
});

test('an addon that is gone has dependents too', () => {
  expect([...dependentsOf(graphOf({ shop: ['gone'] }), ['gone'])]).toEqual(['shop']);
});

describe('what stands in the way of a module', () => {
  test('is nothing where all dependencies are there', () => {
    expect(findObstacle(CHAIN, 'shop_fast')).toBeUndefined();
  });

  test.each([
    ['missing', { shop: ['sale'], sale: ['gone'] }, ['shop', 'sale', 'gone']],
    ['circular', { shop: ['sale'], sale: ['shop'] }, ['shop', 'sale', 'shop']],
    ['circular', { shop: ['shop'] }, ['shop', 'shop']],
    ['circular', { shop: ['sale'], sale: ['stock'], stock: ['sale'] }, ['shop', 'sale', 'stock', 'sale']],
  ])('is %s in %j', (kind, modules: Record<string, string[]>, path) => {
    expect(findObstacle(graphOf(modules), 'shop')).toEqual({ kind, path });
  });

  test('is a dependency that says it is not installable', () => {
    const graph = graphOf({ shop: ['sale'], sale: [] }, ['sale']);
    expect(findObstacle(graph, 'shop')).toEqual({ kind: 'not-installable', path: ['shop', 'sale'] });
  });

  test('is found in time where many ways lead to one module', () => {
    const layers = Object.fromEntries(
      Array.from({ length: 60 }, (_, layer) => {
        const below = layer === 0 ? [] : [`a${layer - 1}`, `b${layer - 1}`];
        return [`a${layer}`, below] as const;
      }).flatMap(([name, below]) => [
        [name, below],
        [name.replace('a', 'b'), below],
      ]),
    );
    expect(findObstacle(graphOf(layers), 'a59')).toBeUndefined();
  });
});

describe('the dependencies of what is under test', () => {
  const addon = (name: string, ...depends: string[]) => ({
    name,
    depends,
    path: `/addons/${name}`,
    installable: true,
    hasTests: true,
  });

  test('come from the template, with the code that the image lacks', () => {
    const addons = [addon('common', 'sale'), addon('shop', 'common')];
    const graph: ModuleGraph = new Map([...CHAIN, ...addons.map((each) => [each.name, each] as const)]);
    const { template, code, carried } = splitDependencies(graph, addons, new Set(['shop']));
    expect([template.sort(), code.map(({ name }) => name), carried]).toEqual([
      ['base', 'common', 'sale'],
      ['common'],
      [],
    ]);
  });

  test('that depend on something under test are installed beside it', () => {
    const addons = [addon('low'), addon('middle', 'low'), addon('high', 'middle')];
    const graph: ModuleGraph = new Map(addons.map((each) => [each.name, each]));
    const { template, code, carried } = splitDependencies(graph, addons, new Set(['low', 'high']));
    expect([template, code, carried.map(({ name }) => name)]).toEqual([[], [], ['middle']]);
  });
});
