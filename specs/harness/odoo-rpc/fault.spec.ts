import { describe, expect, it } from 'vitest';
import { OdooAccessDenied, OdooAccessError } from '../../../harness/odoo-rpc/access-errors.ts';
import { isVoidReply, mapFault } from '../../../harness/odoo-rpc/fault.ts';
import {
  OdooDatabaseMissing,
  OdooModelMissing,
  OdooRecordMissing,
  OdooServerFault,
  OdooUserError,
} from '../../../harness/odoo-rpc/server-errors.ts';

const operation = { name: 'res.partner.write', database: 'prod', model: 'res.partner', secret: 's3cret' };
const traceback = (...last: string[]) =>
  ['Traceback (most recent call last):', '  File "/odoo/http.py", line 1, in f', '    return g()', ...last, ''].join(
    '\n',
  );

// As Odoo 19 sent them.
describe('mapFault', () => {
  it.each([
    [3, 'Access Denied', OdooAccessDenied],
    [4, "Private methods (such as 'res.partner._search') cannot be called remotely.", OdooAccessError],
    [2, "Object res.partner doesn't exist", OdooModelMissing],
    [2, 'Record does not exist or has been deleted.\n(Record: res.partner(9,), User: 2)', OdooRecordMissing],
    [2, 'You can not have two users with the same login!', OdooUserError],
    [1, traceback('psycopg2.OperationalError: FATAL:  database "prod" does not exist', ''), OdooDatabaseMissing],
    [1, traceback('psycopg2.OperationalError: FATAL:  database "other" does not exist', ''), OdooServerFault],
    [1, traceback("ValueError: Invalid field 'x' on 'res.partner'"), OdooServerFault],
    ['warning', 'an unknown kind', OdooServerFault],
  ])('of code %s and %j', (faultCode, faultString, type) => {
    expect(mapFault({ faultCode, faultString }, operation)).toBeInstanceOf(type);
  });

  it('carries only the exception line of a traceback', () => {
    const fault = { faultCode: 1, faultString: traceback("ValueError: Invalid field 'x'") };
    expect(mapFault(fault, operation).message).toBe("Odoo failed in res.partner.write: ValueError: Invalid field 'x'");
  });

  it('leaves out the stored values that Postgres details', () => {
    const lines = [
      'psycopg2.errors.UniqueViolation: duplicate key value',
      'DETAIL:  Key (name)=(Jane Doe) already exists.',
    ];
    const { message } = mapFault({ faultCode: 1, faultString: traceback(...lines) }, operation);
    expect(message).toContain('UniqueViolation');
    expect(message).not.toContain('Jane');
  });

  it('masks the password and mail addresses', () => {
    const fault = { faultCode: 2, faultString: 'no s3cret for jane@example.com, sorry' };
    expect(mapFault(fault, operation).message).toBe('Odoo refused res.partner.write: no *** for ***@***, sorry');
  });

  it('cuts a long message', () => {
    const { message } = mapFault({ faultCode: 2, faultString: 'x'.repeat(10_000) }, operation);
    expect(message.length).toBeLessThan(400);
  });
});

describe('isVoidReply', () => {
  const none = 'TypeError: cannot marshal None unless allow_none is enabled';
  it.each([
    ['the marshaller met None', traceback(none), true],
    ['another marshalling error', traceback("TypeError: cannot marshal <class 'object'> objects"), false],
    ['the sentence stands in a user error', `Beware: ${none}`, false],
    ['it is not the exception that ended the call', traceback(none, 'ValueError: other'), false],
  ])('when %s', (_name, faultString, expected) => {
    expect(isVoidReply({ faultCode: 1, faultString })).toBe(expected);
  });
});
