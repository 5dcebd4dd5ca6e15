import { cp, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderDigest, freshIngredients } from '../../../harness/stack/fresh-template.ts';
import { templateKey } from '../../../harness/stack/template.ts';

describe('the key of a template', () => {
  const ingredients = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string())),
  );

  test('does not depend on the order of its ingredients', () => {
    fc.assert(
      fc.property(ingredients, (recipe) => {
        expect(templateKey(Object.fromEntries(Object.entries(recipe).reverse()))).toBe(templateKey(recipe));
      }),
    );
  });

  test.each([
    [{ odoo: 'sha256:a' }, { odoo: 'sha256:b' }],
    [{ demo: true }, { demo: false }],
    [{ demo: true }, { demo: 'true' }],
    [{ modules: ['a', 'b'] }, { modules: ['a,b'] }],
    [{ modules: ['a', 'b'] }, { modules: ['b', 'a'] }],
    [{ odoo: 'a' }, { postgres: 'a' }],
    [{}, { demo: false }],
  ])('of %j is not that of %j', (one, other) => {
    expect(templateKey(one)).not.toBe(templateKey(other));
  });
});

describe('the digest of an addons folder', () => {
  let folder: string;
  const path = (...inside: string[]) => join(folder, ...inside);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
    await mkdir(path('addons', 'shop', 'models'), { recursive: true });
    await writeFile(path('addons', 'shop', '__manifest__.py'), '{}');
    await writeFile(path('addons', 'shop', 'models', 'sale.py'), 'pass\n');
    await symlink('../shop', path('addons', 'shop', 'link'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is the same elsewhere and later', async () => {
    await cp(path('addons'), path('copy'), { recursive: true, verbatimSymlinks: true });
    await utimes(path('copy', 'shop', '__manifest__.py'), 1, 1);
    expect(await folderDigest(path('copy'))).toBe(await folderDigest(path('addons')));
  });

  test.each<[string, () => Promise<unknown>]>([
    ['one byte of a file', () => writeFile(path('addons/shop/models/sale.py'), 'Pass\n')],
    ['the name of a file', () => rename(path('addons/shop/models/sale.py'), path('addons/shop/models/sales.py'))],
    ['the folder of a file', () => rename(path('addons/shop/models/sale.py'), path('addons/shop/sale.py'))],
    ['an empty file more', () => writeFile(path('addons/shop/__init__.py'), '')],
    ['a hidden file more', () => writeFile(path('addons/shop/.hidden'), '')],
    [
      'the target of a link',
      async () => {
        await rm(path('addons/shop/link'));
        await symlink('../shop/models', path('addons/shop/link'));
      },
    ],
  ])('changes with %s', async (_what, change) => {
    const before = await folderDigest(path('addons'));
    await change();
    expect(await folderDigest(path('addons'))).not.toBe(before);
  });

  test.each(['.git/HEAD', 'shop/__pycache__/sale.pyc'])('does not change with %s', async (name) => {
    const before = await folderDigest(path('addons'));
    await mkdir(path('addons', name, '..'), { recursive: true });
    await writeFile(path('addons', name), 'x');
    expect(await folderDigest(path('addons'))).toBe(before);
  });

  test('of a folder that is not there is a mistake', async () => {
    await expect(folderDigest(path('nothing'))).rejects.toMatchObject({ code: 'addons-missing', exitCode: 2 });
  });
});

describe('the ingredients of a new database with code of its own', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'odoo-gate-code-'));
    for (const name of ['sale_extra', 'stock_extra']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, '__manifest__.py'), '{}');
    }
  });
  afterEach(() => rm(folder, { recursive: true }));
  const keyOf = async (...names: string[]) => {
    const code = names.map((name) => ({ name, path: join(folder, name) }));
    return templateKey(
      await freshIngredients({ image: { id: 'odoo' }, modules: ['sale', ...names], demo: true, code }),
    );
  };

  test('are others after one byte of one module has changed', async () => {
    const before = await keyOf('sale_extra', 'stock_extra');
    await writeFile(join(folder, 'sale_extra', '__manifest__.py'), '{ }');
    expect(await keyOf('sale_extra', 'stock_extra')).not.toBe(before);
  });

  test('are the same whatever changes in a module that is not among them', async () => {
    const before = await keyOf('sale_extra');
    await writeFile(join(folder, 'stock_extra', '__manifest__.py'), '{ }');
    expect(await keyOf('sale_extra')).toBe(before);
  });

  test('do not depend on the order of the modules', async () => {
    expect(await keyOf('stock_extra', 'sale_extra')).toBe(await keyOf('sale_extra', 'stock_extra'));
  });
});
