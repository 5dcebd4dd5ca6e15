import { expect, test } from 'vitest';
import { describeAddress, describeScriptError, raisedAt, readConsoleError } from '../../../harness/smoke/masking.ts';

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
  expect(raisedAt(traceback)).toEqual({ at: 'my_sale/models/sale.py:12 in action_confirm', addon: 'my_sale' });
});

test('a module that lies elsewhere is known by its name', () => {
  const traceback = `  File "/usr/lib/python3/dist-packages/odoo/addons/web/models/models.py", line 1, in web_read
  File "/opt/acme/src/my_sale/models/sale.py", line 12, in action_confirm
  File "/usr/lib/python3/dist-packages/odoo/orm/fields.py", line 3, in __get__`;
  expect(raisedAt(traceback, new Set(['web', 'my_sale']))).toMatchObject({ addon: 'my_sale' });
  expect(raisedAt(traceback)).toMatchObject({ addon: 'web' });
});

test.each([
  ['an error alone', 'no such thing', 'no such thing', undefined],
  [
    'an error with its stack',
    'TypeError: x\n    at http://odoo:8069/web/assets/1/a.min.js:12:3',
    'TypeError: x',
    { url: 'http://odoo:8069/web/assets/1/a.min.js', line: 12 },
  ],
  [
    'what caused it',
    'OwlError: see "cause"\n    at owl (http://odoo/a.js:1:1)\n\nCaused by: TypeError: x\n    at Mine.<anonymous> (http://odoo/a.js:77:2)\n    at b (http://odoo/a.js:9:2)',
    'TypeError: x',
    { url: 'http://odoo/a.js', line: 77 },
  ],
])('of a console, %s is read', (_, text, message, place) => {
  expect(readConsoleError(text)).toEqual({ message, ...(place && { place }) });
});

test('without a traceback there is no place', () => {
  expect(raisedAt('ValueError: Jane Doe')).toBeUndefined();
});
