import { describe, expect, test } from 'vitest';
import type { CheckOutcome } from '../../../harness/check.ts';
import type { ReadOnlySession } from '../../../harness/database/read-only.ts';
import type { SanitizeContext } from '../../../harness/sanitize-checks/context.ts';
import { checkOf, type RuleSet } from '../../../harness/sanitize-checks/rule.ts';

const COLUMNS = new Map([['active', 'boolean']]);

function contextWith(query: () => Promise<unknown[]>, tables: readonly string[] = ['t1']): SanitizeContext {
  const session = {
    schema: {
      has: (table: string, column?: string) => tables.includes(table) && (column === undefined || COLUMNS.has(column)),
      columns: (table: string) => (tables.includes(table) ? COLUMNS : undefined),
      tables: () => tables.values(),
    },
    query: query as ReadOnlySession['query'],
  };
  return {
    session,
    baseUrl: new URL('http://odoo.test'),
    mailSinks: [],
    database: { kind: 'odoo', version: '19.0', major: 19, modules: new Set(['mod']) },
  };
}

const set = (over: Partial<RuleSet> = {}): RuleSet => ({
  id: 'sanitize.example',
  title: 'Example',
  why: 'it would act',
  source: 'Odoo example',
  severity: 'high',
  rules: () => [{ table: 't1', columns: ['active'], none: 't.active', says: 'rows are active', fix: 'Stop them.' }],
  ...over,
});

// Faults that a real server does not produce on demand; the rest is in checks.integration.spec.ts.
describe('a check out of rules', () => {
  test('is inconclusive when the server is gone, and repeats nothing it said', async () => {
    const lost = () => Promise.reject(new Error('Connection terminated: Key (email)=(a@b.de)'));
    const outcome = await checkOf(set()).run(contextWith(lost));
    expect(outcome).toEqual({ status: 'inconclusive', reason: 't1 could not be read: the connection was lost' });
  });

  test('is inconclusive when the server answers nothing', async () => {
    expect((await checkOf(set()).run(contextWith(async () => []))).status).toBe('inconclusive');
  });

  test.each<[string, Partial<RuleSet>, readonly string[], CheckOutcome['status']]>([
    ['a table that is not there is proven empty', {}, [], 'not-applicable'],
    ['a table that has to be there', { filled: ['t1'] }, [], 'inconclusive'],
    ['a table that its installed module brings', { modules: { mod: ['t1'] } }, [], 'inconclusive'],
    ['a table of a module that is not installed', { modules: { other: ['t1'] } }, [], 'not-applicable'],
    ['a set without rules', { rules: () => [] }, ['t1'], 'not-applicable'],
  ])('%s', async (_title, over, tables, status) => {
    const outcome = await checkOf(set(over)).run(contextWith(async () => [{ rows: '1', rule0: '0' }], tables));
    expect(outcome.status).toBe(status);
  });

  test('counts every predicate it examined', async () => {
    const outcome = await checkOf(set()).run(contextWith(async () => [{ rows: '0', rule0: '0' }]));
    expect(outcome).toEqual({ status: 'passed', assertions: 1 });
  });
});
