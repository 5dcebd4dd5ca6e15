import xmlrpc from 'xmlrpc';
import { UsageError } from '../errors.ts';

/** What XML-RPC carries to Odoo unchanged. Dates go as `YYYY-MM-DD HH:MM:SS` in UTC, binary as base64 text. */
export type RpcValue = null | boolean | number | string | readonly RpcValue[] | { readonly [key: string]: RpcValue };

/** A value that the `xmlrpc` package would drop, round or garble. Names where it stands, never what it is. */
export class NotMarshallable extends UsageError {
  constructor(path: string, what: string) {
    super('odoo-value', `${path} is ${what}, which XML-RPC can't carry.`, {
      next: 'Send text, booleans, 32-bit integers, finite numbers, null, arrays and plain objects of these.',
    });
  }
}

// As CDATA, which xmlrpc 1.3.2 chooses for text with < or &, a carriage return and a second "]]>" are lost.
class Text extends xmlrpc.CustomType {
  override tagName = 'string';
}

const LARGEST_INTEGER = 2 ** 31 - 1;
const FORBIDDEN_IN_XML = /(?![\t\n\r\u007f-\u009f])[\p{Cc}\ufffe\uffff]/u;

/** Checks a value and makes it ready for the `xmlrpc` package. Throws `NotMarshallable` before anything is sent. */
export function marshal(value: unknown, path: string, parents: readonly object[] = []): unknown {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return marshalText(value, path);
    case 'number':
      return marshalNumber(value, path);
    case 'object':
      return value === null ? null : marshalObject(value, path, parents);
    default:
      throw new NotMarshallable(path, value === undefined ? 'undefined' : `a ${typeof value}`);
  }
}

function marshalText(text: string, path: string): unknown {
  assertXmlText(text, path);
  return text === '' ? text : new Text(text);
}

function assertXmlText(text: string, path: string): void {
  if (FORBIDDEN_IN_XML.test(text)) throw new NotMarshallable(path, 'text with a control character');
  if (!text.isWellFormed()) throw new NotMarshallable(path, 'text with half a surrogate pair');
}

function marshalNumber(number: number, path: string): number {
  if (!Number.isFinite(number)) throw new NotMarshallable(path, 'not a finite number');
  if (Number.isInteger(number) && Math.abs(number) > LARGEST_INTEGER) {
    throw new NotMarshallable(path, 'an integer over 2^31-1');
  }
  return number;
}

function marshalObject(object: object, path: string, parents: readonly object[]): unknown {
  if (parents.includes(object)) throw new NotMarshallable(path, 'a reference to its own parent');
  const inside = [...parents, object];
  if (Array.isArray(object)) {
    return Array.from(object, (item: unknown, index) => marshal(item, `${path}[${index}]`, inside));
  }
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotMarshallable(path, `a ${object.constructor?.name ?? 'object'}, not a plain object`);
  }
  const entries = Object.entries(object).map(([key, item]) => {
    if (key === '') throw new NotMarshallable(path, 'an object with an empty key');
    assertXmlText(key, `a key of ${path}`);
    return [key, marshal(item, `${path}.${key}`, inside)];
  });
  return Object.fromEntries(entries);
}
