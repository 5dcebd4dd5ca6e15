import { describe, expect, it } from 'vitest';
import { assertRestorable, assertSameSeries, seriesOf } from '../../../harness/backup/restorable.ts';

describe('the series in a version', () => {
  it.each([
    ['19.0', '19.0'],
    ['19.0-20250918', '19.0'],
    ['19.0.1.3', '19.0'],
    ['19.0+e', '19.0'],
    ['saas~18.2.1.3', 'saas~18.2'],
    ['saas-18.2', 'saas-18.2'],
    ['master', undefined],
    ['', undefined],
  ])('%j is %j', (version, series) => {
    expect(seriesOf(version)).toBe(series);
  });
});

describe('a database and an image', () => {
  it.each([
    ['19.0', '19.0'],
    ['saas~18.2', 'saas-18.2'],
  ])('of %s and %s fit', (database, image) => {
    expect(() => assertSameSeries(database, image)).not.toThrow();
  });

  it.each([
    ['19.0', '18.0', 'backup-odoo-newer'],
    ['19.0', '9.0', 'backup-odoo-newer'],
    ['saas~18.2', '18.0', 'backup-odoo-newer'],
    ['18.0', '19.0', 'backup-odoo-older'],
    ['19.0', 'latest', 'odoo-version'],
  ])('of %s and %s do not: %s', (database, image, code) => {
    expect(() => assertSameSeries(database, image)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });
});

describe('a dump of Postgres 17', () => {
  const dump = { format: 'custom', packing: 'none', path: 'x', identity: '', postgresMajor: 17, bytes: 1 } as const;

  it.each([17, 18])('can be restored into %i', (postgresMajor) => {
    expect(() => assertRestorable({ dump }, { postgresMajor })).not.toThrow();
  });

  it.each([16, 9])('can not be restored into %i', (postgresMajor) => {
    expect(() => assertRestorable({ dump }, { postgresMajor })).toThrow(
      expect.objectContaining({ code: 'dump-newer-postgres', next: expect.stringContaining('postgres:17') }),
    );
  });

  it('with a manifest is held against the image before it is restored', () => {
    const manifest = {
      odoo_dump: '1',
      db_name: 'x',
      version: '19.0',
      version_info: [19, 0],
      major_version: '19.0',
      pg_version: '17.0',
      modules: {},
    };
    expect(() => assertRestorable({ dump, manifest }, { odooVersion: '18.0' })).toThrow(
      expect.objectContaining({ code: 'backup-odoo-newer' }),
    );
  });
});
