import { expect, test } from 'vitest';
import { describeAddress, describeScriptError, raisedAt } from '../../../harness/smoke/masking.ts';

test.each([
  ['keep', 'Error', 'no partner "Jane"', 'Error: no partner "…"'],
  ['blur', 'Error', 'no partner Jane', 'Error'],
  ['blur', 'TypeError', 'x.foo is not a function', 'TypeError: x.foo is not a function'],
  ['blur', 'SyntaxError', 'Unexpected token J, Jane Doe is not valid JSON', 'SyntaxError'],
  ['blur', 'Jane Doe', 'x', 'Error'],
] as const)('under %s the script error %s(%j) is told as %j', (privacy, name, message, told) => {
  expect(describeScriptError({ name, message }, privacy)).toBe(told);
});

test.each([
  ['http://odoo:8069/odoo/sales/29?token=abc#x', '/odoo/sales/N'],
  ['http://odoo:8069/web/dataset/call_kw/res.partner/read', '/web/dataset/call_kw/res.partner/read'],
  ['http://odoo:8069/crm/static/src/x.js', '/crm/static/src/x.js'],
  ['http://odoo:8069/partners/jane-doe-12', '/partners/…'],
  ['http://odoo:8069/', '/'],
  ['about:blank', '/blank'],
  ['', 'an unknown page'],
])('the address %j is told as %j', (address, told) => {
  expect(describeAddress(address)).toBe(told);
});

test('an exception is placed in the addon that raised it, not in the framework below', () => {
  const traceback = `Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/odoo/http.py", line 1, in dispatch
  File "/mnt/extra-addons/my_sale/models/sale.py", line 12, in action_confirm
  File "/usr/lib/python3/dist-packages/odoo/fields.py", line 3, in __get__
ValueError: Jane Doe`;
  expect(raisedAt(traceback)).toBe('my_sale/models/sale.py:12 in action_confirm');
});

test('without a traceback there is no place', () => {
  expect(raisedAt('ValueError: Jane Doe')).toBeUndefined();
});
