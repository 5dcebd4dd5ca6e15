import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OdooAccessDenied, OdooAccessError, OdooLoginRefused } from '../../../harness/odoo-rpc/access-errors.ts';
import { connectOdoo, type OdooClient, type OdooConnection } from '../../../harness/odoo-rpc/client.ts';
import {
  OdooDatabaseMissing,
  OdooModelMissing,
  OdooRecordMissing,
  OdooServerFault,
  OdooUserError,
} from '../../../harness/odoo-rpc/server-errors.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const stack = useDemoStack();
const connect = (change: Partial<OdooConnection> = {}): OdooClient =>
  connectOdoo({ url: stack().url, database: stack().database.database, ...stack().admin, ...change });

describe('version and login', () => {
  it('the version is told without a login', async () => {
    await expect(connect({ password: 'wrong' }).version()).resolves.toMatchObject({ series: '19.0', major: 19 });
  });

  it("a login gives the user's id", async () => {
    await expect(connect().login()).resolves.toBeGreaterThan(0);
  });

  it('a wrong password is refused', async () => {
    await expect(connect({ password: 'wrong' }).login()).rejects.toThrow(OdooLoginRefused);
  });

  it('an empty password is refused', async () => {
    await expect(connect({ password: '' }).login()).rejects.toThrow(OdooLoginRefused);
  });

  it('an unknown database is named', async () => {
    await expect(connect({ database: 'no-such-database' }).login()).rejects.toThrow(OdooDatabaseMissing);
  });

  it('a path before the RPC address is kept, and a wrong one said', async () => {
    const url = new URL('/no/such/path/', stack().url);
    await expect(connect({ url }).version()).rejects.toMatchObject({ code: 'odoo-not-xml-rpc', status: 404 });
  });
});

describe('faults', () => {
  it.each<[string, string, string, unknown[], new (...args: never[]) => Error]>([
    ['an unknown model', 'no.such.model', 'search_count', [[]], OdooModelMissing],
    ['an unknown method', 'res.partner', 'no_such_method', [], OdooServerFault],
    ['a private method', 'res.partner', '_search', [[]], OdooAccessError],
    ['an unknown field', 'res.partner', 'read', [[1], ['no_such_field']], OdooServerFault],
    ['a missing record', 'res.partner', 'write', [[99_999_999], { name: 'x' }], OdooRecordMissing],
    ['a constraint', 'res.partner', 'write', [[1], { parent_id: 1 }], OdooUserError],
    ['missing arguments', 'res.partner', 'search_count', [], OdooServerFault],
  ])('%s', async (_name, model, method, args, type) => {
    await expect(connect().executeKw(model, method, args as [])).rejects.toThrow(type);
  });

  it('rights that a portal user does not have', async () => {
    const user = connect({ login: 'portal', password: 'portal' });
    await expect(user.searchCount('ir.config_parameter', [])).rejects.toThrow(OdooAccessError);
  });

  it('a password that changed after the login', async () => {
    const admin = connect();
    const login = `rpc-${crypto.randomUUID()}`;
    const user = await admin.create('res.users', { name: 'RPC', login, password: 'before-1' });
    const session = connect({ login, password: 'before-1' });
    await session.login();
    await admin.executeKw('res.users', 'write', [[user], { password: 'after-22' }]);
    await expect(session.searchCount('res.partner', [])).rejects.toThrow(OdooAccessDenied);
  });
});

describe('values', () => {
  it('text arrives as it was sent', async () => {
    const text = ' <b>&amp;</b> ]]> and ]]> "quotes" \ttab\r\nline é 😀 ';
    const id = await connect().create('res.partner', { name: 'Text', ref: text });
    const [partner] = await connect().read('res.partner', [id], z.object({ ref: z.string() }));
    expect(partner?.ref).toBe(text);
  });

  it('a method that returns None is null, and done', async () => {
    const admin = connect();
    const partner = await admin.create('res.partner', { name: 'Void' });
    const order = await admin.create('sale.order', { partner_id: partner });
    await expect(admin.executeKw('sale.order', 'action_lock', [[order]])).resolves.toBeNull();
    await expect(
      admin.searchCount('sale.order', [
        ['id', '=', order],
        ['locked', '=', true],
      ]),
    ).resolves.toBe(1);
  });

  it('reading a record that is not there is an error, not an empty list', async () => {
    await expect(connect().read('res.partner', [99_999_999], z.object({ name: z.string() }))).rejects.toThrow(
      OdooRecordMissing,
    );
  });
});

describe('a large read', () => {
  const NAMED = z.object({ name: z.string() });

  it('is whole and in order, page after page', async () => {
    const admin = connect();
    const total = await admin.searchCount('ir.model.fields', []);
    const fields = await admin.searchRead('ir.model.fields', [], NAMED);
    expect(total).toBeGreaterThan(3000);
    expect(fields).toHaveLength(total);
    expect(fields.every(({ id }, index) => id > (fields[index - 1]?.id ?? 0))).toBe(true);
  });

  it('stops at the limit', async () => {
    await expect(connect().searchRead('ir.model.fields', [], NAMED, { limit: 1500 })).resolves.toHaveLength(1500);
  });

  it('keeps to its domain and context', async () => {
    const domain = ['|', ['name', '=', 'EUR'], ['name', '=', 'USD']];
    const found = await connect().searchRead('res.currency', domain, NAMED, { context: { active_test: false } });
    expect(found.map(({ name }) => name).sort()).toEqual(['EUR', 'USD']);
  });
});
