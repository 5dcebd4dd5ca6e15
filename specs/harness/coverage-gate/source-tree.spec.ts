import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceTree } from '../../../harness/coverage-gate/source-tree.ts';
import { makeCheckout } from './checkout.ts';

async function treeOf(...paths: string[]) {
  const { root } = await makeCheckout(Object.fromEntries(paths.map((path) => [path, ''])));
  return SourceTree.read(root);
}

describe('a path of a report', () => {
  it.each([
    ['as it stands', 'addons/sale_x/models/sale.py', 'addons/sale_x/models/sale.py'],
    ['of a container', '/mnt/extra-addons/sale_x/models/sale.py', 'addons/sale_x/models/sale.py'],
    ['of Windows', 'C:\\src\\addons\\sale_x\\models\\sale.py', 'addons/sale_x/models/sale.py'],
    ['relative to the folder of the addons', 'sale_x/models/sale.py', 'addons/sale_x/models/sale.py'],
    ['of another checkout, outside any addon', '/home/runner/work/tools/lint.py', 'tools/lint.py'],
    ['that repeats the name of the addon', '/opt/sale_x/sale_x/models/sale.py', 'addons/sale_x/models/sale.py'],
  ])('%s is found', async (_, reported, path) => {
    const tree = await treeOf(
      'addons/sale_x/__manifest__.py',
      'addons/sale_x/models/sale.py',
      'addons/sale_x/models/__init__.py',
      'tools/lint.py',
      'setup.py',
    );
    expect(tree.resolve(reported)).toEqual({ path });
  });

  it('inside the checkout is found by its absolute path', async () => {
    const tree = await treeOf('addons/sale_x/__manifest__.py');
    expect(tree.resolve(join(tree.root, 'addons/sale_x/__manifest__.py'))).toEqual({
      path: 'addons/sale_x/__manifest__.py',
    });
  });

  it.each([
    ["of one of Odoo's addons", '/usr/lib/python3/dist-packages/odoo/addons/sale/models/__init__.py'],
    ['that shares its name alone', '/somewhere/else/setup.py'],
    ['that shares no more than a folder within an addon', '/other/models/sale.py'],
    ['that leads out of the checkout', '../../etc/passwd'],
    ['of nothing', '/'],
  ])('%s is not found', async (_, reported) => {
    const tree = await treeOf(
      'addons/sale_x/__manifest__.py',
      'addons/sale_x/models/sale.py',
      'addons/sale_x/models/__init__.py',
      'setup.py',
    );
    expect(tree.resolve(reported)).toBeUndefined();
  });

  it('that two addons of one name have is ambiguous', async () => {
    const tree = await treeOf(
      '14/sale_x/__manifest__.py',
      '14/sale_x/a.py',
      '17/sale_x/__manifest__.py',
      '17/sale_x/a.py',
    );
    expect(tree.resolve('/mnt/sale_x/a.py')).toEqual({ ambiguous: ['14/sale_x/a.py', '17/sale_x/a.py'] });
  });

  it('that shares more with one of two addons of one name is that one', async () => {
    const tree = await treeOf(
      '14/sale_x/__manifest__.py',
      '14/sale_x/a.py',
      '17/sale_x/__manifest__.py',
      '17/sale_x/a.py',
    );
    expect(tree.resolve('/mnt/17/sale_x/a.py')).toEqual({ path: '17/sale_x/a.py' });
  });
});

describe('a file belongs to', () => {
  it.each([
    ['addons/sale_x/models/sale.py', 'sale_x'],
    ['addons/sale_x/nested/deep/a.py', 'nested'],
    ['addons/loose.py', undefined],
    ['loose.py', undefined],
  ])('%s: %s', async (path, name) => {
    const tree = await treeOf(
      'addons/sale_x/__manifest__.py',
      'addons/sale_x/models/sale.py',
      'addons/sale_x/nested/__manifest__.py',
      'addons/sale_x/nested/deep/a.py',
      'addons/loose.py',
      'loose.py',
    );
    expect(tree.addonOf(path)?.name).toBe(name);
  });

  it('the root, where that is an addon', async () => {
    const tree = await treeOf('__manifest__.py', 'models/a.py');
    expect(tree.addonOf('models/a.py')).toMatchObject({ folder: '' });
  });
});

it('a root that is no folder is a usage error', async () => {
  await expect(SourceTree.read('/nowhere')).rejects.toMatchObject({ code: 'source-root-unreadable', exitCode: 2 });
});
