import { describe, expect, test } from 'vitest';
import type { Schema } from '../../../../harness/database/schema.ts';
import { INVENTORY, personalColumns } from '../../../../harness/sanitize-checks/personal-data/inventory.ts';

function schemaOf(tables: Readonly<Record<string, readonly string[]>>): Schema {
  const columns = (table: string) => tables[table] && new Map(tables[table].map((column) => [column, 'text']));
  return {
    has: (table, column) => (column === undefined ? table in tables : (tables[table]?.includes(column) ?? false)),
    columns,
    tables: () => Object.keys(tables),
  };
}

describe('the inventory of personal columns', () => {
  test('names each column once', () => {
    const names = INVENTORY.map(({ table, column }) => `${table}.${column}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('gives each column a span of versions', () => {
    const wrong = INVENTORY.filter(({ since, until }) => since < 14 || until > 19 || since > until);
    expect(wrong).toEqual([]);
  });

  test('is cut down to what a database has', () => {
    const found = personalColumns(schemaOf({ res_partner: ['name', 'x_colour'], hr_employee: ['id'] }));
    expect(found.map(({ table, column }) => `${table}.${column}`)).toEqual(['res_partner.name']);
  });

  test('knows a column of an older Odoo too: a migration may have left it', () => {
    const found = personalColumns(schemaOf({ res_partner: ['mobile'] }));
    expect(found).toMatchObject([{ column: 'mobile', until: 18, check: 'sanitize.partners' }]);
  });
});
