import { describe, expect, it } from 'vitest';
import { marshal, NotMarshallable } from '../../../harness/odoo-rpc/marshal.ts';

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

describe('marshal rejects, before anything is sent', () => {
  it.each<[string, unknown, string]>([
    ['undefined', { name: undefined }, 'args.name is undefined'],
    ['a hole in an array', new Array(1), 'args[0] is undefined'],
    ['a function', [() => 1], 'args[0] is a function'],
    ['a symbol', Symbol('x'), 'args is a symbol'],
    ['a BigInt', { n: 1n }, 'args.n is a bigint'],
    ['NaN', [Number.NaN], 'args[0] is not a finite number'],
    ['Infinity', Number.NEGATIVE_INFINITY, 'args is not a finite number'],
    ['an integer over 2^31-1', 2 ** 31, 'args is an integer over 2^31-1'],
    ['1e21, which is an integer too', 1e21, 'args is an integer over 2^31-1'],
    ['a control character', { name: 'a\u0000b' }, 'args.name is text with a control character'],
    ['a form feed', 'a\fb', 'args is text with a control character'],
    ['a non-character', '\uffff', 'args is text with a control character'],
    ['half a surrogate pair', '\ud83d', 'args is text with half a surrogate pair'],
    ['a control character in a key', { 'a\u0001': 1 }, 'a key of args is text with a control character'],
    ['an empty key', { '': 1 }, 'args is an object with an empty key'],
    ['a Map', { m: new Map() }, 'args.m is a Map, not a plain object'],
    ['a Date', new Date(0), 'args is a Date, not a plain object'],
    ['a Uint8Array', new Uint8Array(2), 'args is a Uint8Array, not a plain object'],
    ['a Buffer', Buffer.from('x'), 'args is a Buffer, not a plain object'],
    ['an object inside itself', cyclic, 'args.self is a reference to its own parent'],
  ])('%s', (_name, value, message) => {
    expect(() => marshal(value, 'args')).toThrow(NotMarshallable);
    expect(() => marshal(value, 'args')).toThrow(message);
  });

  it('without repeating the value', () => {
    expect(() => marshal('my secret\u0007', 'password')).toThrow(/^(?!.*secret)/);
  });
});

it.each<[string, unknown]>([
  ['null', null],
  ['false', false],
  ['the largest integer', 2 ** 31 - 1],
  ['a small fraction', 1e-7],
  ['nested arrays', [[1], []]],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
])('marshal lets %s through unchanged', (_name, value) => {
  expect(marshal(value, 'args')).toEqual(value);
});

it('marshal allows the same object twice beside each other', () => {
  const shared = { a: 1 };
  expect(marshal([shared, shared], 'args')).toEqual([{ a: 1 }, { a: 1 }]);
});
