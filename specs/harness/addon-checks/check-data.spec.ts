import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkData } from '../../../harness/addon-checks/check-data.ts';
import { readCsv } from '../../../harness/addon-checks/csv.ts';
import { readXml } from '../../../harness/addon-checks/xml-file.ts';
import { addonOf, manifest, told } from './write-addons.ts';

type Files = Record<string, string | Buffer>;

/** An addon that loads these files in this order. */
function judged(files: Files, more: Files = {}) {
  const listed = manifest(`"data": ${JSON.stringify(Object.keys(files))}`);
  return checkData(addonOf(listed, { ...files, ...more }));
}
const xml = (files: Files, more?: Files) => told(judged(files, more).xml.findings);
const order = (files: Files) => told(judged(files).order.findings);
const odoo = (...lines: readonly string[]) => ['<odoo>', ...lines, '</odoo>'].join('\n');

describe('XML', () => {
  it.each<[string, string | Buffer, string]>([
    [
      'with an element that is not closed',
      '<odoo>\n<record>\n</odoo>',
      'acme/a.xml:3 not well-formed: unexpected close tag.',
    ],
    ['that is cut off', '<odoo>\n<record', 'acme/a.xml:2 not well-formed: unclosed tag: odoo'],
    ['that is empty', '', 'acme/a.xml:1 not well-formed: document must contain a root element.'],
    [
      'with a bare ampersand',
      '<odoo>\n\n<!-- & -->A & B;\n</odoo>',
      'acme/a.xml:3 not well-formed: a bare &: write &amp;',
    ],
    ['with an entity that nobody declared', '<odoo>\n&nbsp;</odoo>', 'acme/a.xml:2 not well-formed: undefined entity.'],
    ['with an attribute twice', '<odoo a="1" a="2"/>', 'acme/a.xml:1 not well-formed: duplicate attribute: a.'],
    [
      'with another encoding than declared',
      Buffer.from('<odoo>\xe9</odoo>', 'latin1'),
      'acme/a.xml:1 not well-formed: its bytes are not of the encoding that it declares',
    ],
    ['with a root that Odoo does not take', '<odooo/>', 'acme/a.xml:1 the root of data is <odoo>, not <odooo>'],
  ])('%s is told, with its line', (_what, text, expected) => {
    expect(xml({ 'a.xml': text })).toEqual([expected]);
  });

  it.each<[string, string | Buffer]>([
    ['<openerp><data/></openerp>', '<openerp><data/></openerp>'],
    ['with entities of its own', '<!DOCTYPE odoo [\n<!ENTITY nbsp "&#160;">\n]>\n<odoo>&nbsp;</odoo>'],
    ['in Latin-1, as declared', Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><odoo>\xe9</odoo>', 'latin1')],
    ['in UTF-16', Buffer.from('\ufeff<odoo>é</odoo>', 'utf16le')],
    ['with a byte order mark', '\ufeff<odoo/>'],
  ])('%s is fine', (_what, text) => {
    expect(xml({ 'a.xml': text })).toEqual([]);
  });

  it('that no manifest lists is read too, but not that of libraries and tests', () => {
    const more = {
      'static/src/a.xml': '<t>',
      'static/lib/b.xml': '<t>',
      'tests/c.xml': '<t>',
      'static/src/d.xml': '<templates/>',
    };
    expect(xml({}, more)).toEqual(['acme/static/src/a.xml:1 not well-formed: unclosed tag: t']);
  });

  it('of an addon that is not installable is not read', () => {
    const addon = addonOf(manifest('"installable": False', '"data": ["a.xml"]'), { 'a.xml': '<' });
    expect(checkData(addon).xml).toEqual({ findings: [], assertions: 0 });
  });

  it('keeps its entities to itself', () => {
    readXml(Buffer.from('<!DOCTYPE a [<!ENTITY mine "1">]><a>&mine;</a>'));
    expect(readXml(Buffer.from('<a>&mine;</a>'))).toEqual({ line: 1, message: 'undefined entity.' });
  });

  it('is told of, whatever its bytes are', () => {
    const scraps = fc.constantFrom(
      ...'<>&;"\'=/!?[]- a\n',
      '<!DOCTYPE',
      '<![CDATA[',
      '<?xml',
      'encoding="',
      '&#x',
      '<a>',
    );
    const text = fc.array(scraps, { maxLength: 30 }).map((each) => Buffer.from(each.join('')));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array()), (bytes) => {
        readXml(Buffer.from(bytes));
      }),
    );
  });

  it('is told of once, however much is wrong', () => {
    expect(readXml(Buffer.from('<a>\n&b;&c;\n<d></a>'))).toEqual({ line: 2, message: 'undefined entity.' });
  });
});

describe('data', () => {
  const group = odoo('<record id="group_a" model="res.groups"/>');

  it.each<[string, string]>([
    ['a field', '<record id="r" model="m"><field name="f" ref="group_a"/></record>'],
    ['a field, by its full name', '<record id="r" model="m"><field name="f" ref="acme.group_a"/></record>'],
    ['an expression', `<record id="r" model="m"><field name="f" eval="[(4, ref('group_a'))]"/></record>`],
    ['a function', `<function model="m" name="f" eval="[ref('group_a')]"/>`],
    ['a menu', '<menuitem id="r" groups="base.group_user,group_a"/>'],
    ['a menu that leaves a group out', '<menuitem id="r" groups="-group_a"/>'],
    ['a menu below another', '<menuitem id="r" parent="group_a"/>'],
    ['a menu with an action', '<menuitem id="r" action="group_a"/>'],
    ['a menu within a menu', '<menuitem id="r"><menuitem id="s" action="group_a"/></menuitem>'],
    ['a template', '<template id="r" groups="group_a"/>'],
    ['a template that inherits', '<template id="r" inherit_id="group_a"/>'],
    [
      'a view, in the name of an action',
      '<record id="r" model="m"><field name="arch" type="xml"><button name="%(group_a)d"/></field></record>',
    ],
    [
      'a view, for a group',
      '<record id="r" model="m"><field name="arch" type="xml"><field name="n" groups="!group_a"/></field></record>',
    ],
    ['a text in HTML', '<record id="r" model="m"><field name="f" type="html"><p>%(group_a)s</p></field></record>'],
  ])('%s that needs what a later file makes is told', (_what, element) => {
    expect(order({ 'views/a.xml': odoo(element), 'security/b.xml': group })).toEqual([
      expect.stringMatching(
        /^acme\/views\/a.xml:2 "(acme\.)?group_a" is made by security\/b.xml, which is loaded later$/,
      ),
    ]);
    expect(order({ 'security/b.xml': group, 'views/a.xml': odoo(element) })).toEqual([]);
  });

  it('in CSV that needs what a later file makes is told', () => {
    const csv = 'id,name,model_id:id,group_id:id\naccess_a,a,model_a,acme.group_a\n';
    expect(order({ 'security/ir.model.access.csv': csv, 'security/b.xml': group })).toEqual([
      'acme/security/ir.model.access.csv:2 "acme.group_a" is made by security/b.xml, which is loaded later',
    ]);
  });

  it('that needs what stands further down in the same file is told', () => {
    const text = odoo('<menuitem id="a" parent="b"/>', '<menuitem id="b"/>');
    expect(order({ 'a.xml': text })).toEqual(['acme/a.xml:2 "b" is made further down, in line 3']);
  });

  it('that needs what only demo data makes is told', () => {
    const text = manifest('"demo": ["b.xml"]', '"data": ["a.xml"]');
    const addon = addonOf(text, { 'a.xml': odoo('<menuitem id="a" parent="group_a"/>'), 'b.xml': group });
    expect(told(checkData(addon).order.findings)).toEqual([
      'acme/a.xml:2 "group_a" is made by b.xml, which is loaded later',
    ]);
  });

  it.each<[string, string]>([
    ['of other addons', '<menuitem id="a" parent="base.group_a"/>'],
    ['that Odoo makes for models', '<record id="r" model="m"><field name="f" ref="model_x"/></record>'],
    ['that may be missing', '<record id="r" model="m" forcecreate="0"><field name="f" ref="group_a"/></record>'],
    [
      'that an expression can do without',
      `<record id="r" model="m"><field name="f" eval="ref('group_a', raise_if_not_found=False)"/></record>`,
    ],
    [
      'in a page that is drawn later',
      '<template id="r"><t t-call="acme.group_a"/><t t-if="x" t-att-ref="group_a"/></template>',
    ],
  ])('may name ids %s', (_what, element) => {
    const later = odoo('<record id="group_a" model="m"/>', '<record id="model_x" model="m"/>');
    expect(order({ 'a.xml': odoo(element), 'b.xml': later })).toEqual([]);
  });

  it('may make a record twice: the first counts', () => {
    const twice = odoo('<menuitem id="group_a"/>', '<menuitem id="c" parent="group_a"/>');
    expect(order({ 'a.xml': twice, 'b.xml': group })).toEqual([]);
  });

  it('may name records that Python made', () => {
    const text = odoo(
      `<function model="ir.model.data" name="_update_xmlids"><value eval="[{'xml_id': 'acme.group_a'}]"/></function>`,
      '<menuitem id="c" parent="group_a"/>',
    );
    expect(order({ 'a.xml': text, 'b.xml': group })).toEqual([]);
  });
});

describe('CSV', () => {
  it.each<[string, [string[], number][]]>([
    [
      'a,b\n1,2\n',
      [
        [['a', 'b'], 1],
        [['1', '2'], 2],
      ],
    ],
    [
      'a,"b,\n""c"""\r\n\r\n1,',
      [
        [['a', 'b,\n"c"'], 1],
        [['1', ''], 4],
      ],
    ],
    ['\ufeffid', [[['id'], 1]]],
    ['', []],
  ])('%j', (text, rows) => {
    expect(readCsv(text).map(({ cells, line }) => [cells, line])).toEqual(rows);
  });
});
