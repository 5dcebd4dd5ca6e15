import { describe, expect, it } from 'vitest';
import { checkManifest } from '../../../harness/addon-checks/check-manifest.ts';
import { parseSeries, seriesOf, wrongVersion } from '../../../harness/addon-checks/series.ts';
import { addonOf, manifest, told } from './write-addons.ts';

const nineteen = parseSeries('19.0');

function problems(text: string | Buffer, files: Record<string, string> = {}, series = '19.0'): string[] {
  return told(checkManifest(addonOf(text, files), parseSeries(series), []).findings);
}

describe('a manifest that Odoo takes', () => {
  it('has no finding', () => {
    const text = manifest(
      '"version": "19.0.1.0.0"',
      '"depends": ["sale", "stock"]',
      '"auto_install": ["sale"]',
      '"external_dependencies": {"python": ["lxml"], "bin": ["wkhtmltopdf"]}',
      '"data": ["security/ir.model.access.csv", "./views/a.xml"]',
      '"assets": {"web.assets_backend": ["acme/static/src/**/*.js", ("remove", "web/static/x.js"), ("after", "web/static/y.js", "acme/static/src/a.js"), ("include", "web._assets")]}',
    );
    const files = {
      'security/ir.model.access.csv': '',
      'views/a.xml': '',
      'static/src/deep/a.js': '',
      'static/src/a.js': '',
    };
    const judged = checkManifest(addonOf(text, files), nineteen, []);
    expect(told(judged.findings)).toEqual([]);
    expect(judged.assertions).toBeGreaterThan(20);
  });

  it('may have keys that the configuration names', () => {
    const addon = addonOf(manifest('"acme_owner": "sales"'));
    expect(checkManifest(addon, nineteen, ['acme_owner']).findings).toEqual([]);
  });

  it('that is not installable is held to its keys alone', () => {
    const text = manifest(
      '"installable": False',
      '"version": "8.0.1.0.0"',
      '"data": ["gone.xml"]',
      '"auto_install": ["x"]',
    );
    expect(problems(text)).toEqual([]);
  });
});

describe('a manifest that Odoo does not take, or not as it is meant', () => {
  it.each<[string, string | Buffer, string[]]>([
    ['is empty', '', ["acme/__manifest__.py:1 Odoo can't read the manifest: the text ends where no literal allows it"]],
    ['is no dict', '[]', ["acme/__manifest__.py:1 Odoo can't read the manifest: a manifest has to be a dict"]],
    [
      'has to be run',
      '{\n"name": NAME}',
      [
        'acme/__manifest__.py:2 Odoo can\'t read the manifest: "NAME" would have to be run; only literal values may stand here',
      ],
    ],
    [
      'is not UTF-8',
      Buffer.from('{"name": "\xe9"}', 'latin1'),
      ["acme/__manifest__.py:1 Odoo can't read the manifest: it is not UTF-8"],
    ],
    [
      'has a key that is none',
      manifest('"dependss": []'),
      ['acme/__manifest__.py:3 unknown key "dependss": Odoo does not read it'],
    ],
    [
      'has a key with a hyphen',
      manifest('"auto-install": True'),
      ['acme/__manifest__.py:3 unknown key "auto-install": Odoo does not read it'],
    ],
    [
      'has a key of Python itself',
      manifest('"__proto__": 1'),
      ['acme/__manifest__.py:3 unknown key "__proto__": Odoo does not read it'],
    ],
    [
      'has a key of an earlier Odoo',
      manifest('"qweb": []'),
      ['acme/__manifest__.py:3 Odoo 19 does not read "qweb" any more'],
    ],
    [
      'has a key twice',
      manifest('"data": []', '"data": []'),
      ['acme/__manifest__.py:4 the key "data" is there twice: only the last counts'],
    ],
    [
      'has a key that is no text',
      '{1: 2}',
      ["acme/__manifest__.py:1 Odoo can't read the manifest: a key of a manifest has to be text"],
    ],
    [
      'has text for a list',
      manifest('"depends": "sale"'),
      ['acme/__manifest__.py:3 "depends" has to be a list of texts'],
    ],
    [
      'has a list of other things',
      manifest('"data": [1]'),
      ['acme/__manifest__.py:3 "data" has to be a list of texts'],
    ],
    [
      'has text for True',
      manifest('"installable": "False"'),
      ['acme/__manifest__.py:3 "installable" has to be True or False'],
    ],
    ['has a number for text', manifest('"version": 1.0'), ['acme/__manifest__.py:3 "version" has to be a text']],
    [
      'has a set for a dict',
      manifest('"external_dependencies": {"python"}'),
      ['acme/__manifest__.py:3 "external_dependencies" has to be a dict'],
    ],
    [
      'lacks what Odoo warns of',
      '{"name": "A", "license": ""}',
      ['acme/__manifest__.py:1 the key "license" is missing', 'acme/__manifest__.py:1 the key "author" is missing'],
    ],
    [
      'has a licence that is none',
      '{"name": "A", "author": "B",\n "license": "MIT"}',
      ['acme/__manifest__.py:2 "MIT" is no licence that Odoo knows'],
    ],
    [
      'is of another series',
      manifest('"version": "18.0.1.0.0"'),
      ['acme/__manifest__.py:3 the version is of Odoo 18.0, not of 19.0'],
    ],
    [
      'needs programs under a wrong name',
      manifest('"external_dependencies": {"pip": ["lxml"]}'),
      ['acme/__manifest__.py:3 "external_dependencies" knows "python" and "bin", not "pip"'],
    ],
    [
      'needs a package that is no list',
      manifest('"external_dependencies": {"python": "lxml"}'),
      ['acme/__manifest__.py:3 "python" of "external_dependencies" has to be a list of names'],
    ],
    [
      'installs itself with what it does not depend on',
      manifest('"depends": ["sale"]', '"auto_install": ["sale", "stock"]'),
      ['acme/__manifest__.py:4 "auto_install" names "stock", which "depends" does not'],
    ],
    [
      'lists data that is not there',
      manifest('"data": [\n"views/a.xml"]'),
      ['acme/__manifest__.py:4 "views/a.xml" of "data" is not there'],
    ],
    [
      'lists demo data that is not there',
      manifest('"demo": ["a.xml"]'),
      ['acme/__manifest__.py:3 "a.xml" of "demo" is not there'],
    ],
    [
      'lists old data that is not there',
      manifest('"init_xml": ["a.xml"]'),
      ['acme/__manifest__.py:3 "a.xml" of "init_xml" is not there'],
    ],
    [
      'lists images that are not there',
      manifest('"images": ["a.png"]'),
      ['acme/__manifest__.py:3 "a.png" of "images" is not there'],
    ],
    [
      'lists data outside',
      manifest('"data": ["../b/a.xml"]'),
      ['acme/__manifest__.py:3 "../b/a.xml" of "data" is not there'],
    ],
    [
      'lists data of a foreign kind',
      manifest('"data": ["readme.txt"]'),
      ['acme/__manifest__.py:3 "readme.txt" of "data" is of a kind that Odoo does not load'],
    ],
    [
      'lists data twice',
      manifest('"data": ["b.xml", "b.xml"]'),
      ['acme/__manifest__.py:3 "b.xml" of "data" is listed twice'],
    ],
    [
      'names assets that are not there',
      manifest('"assets": {"web.assets_backend": ["acme/static/src/*.js", "/acme/static/b.js"]}'),
      [
        'acme/__manifest__.py:3 no file of the addon is "acme/static/src/*.js"',
        'acme/__manifest__.py:3 no file of the addon is "/acme/static/b.js"',
      ],
    ],
    [
      'has a bundle that is a text',
      manifest('"assets": {"web.assets_backend": ("acme/static/b.js")}'),
      ['acme/__manifest__.py:3 the bundle "web.assets_backend" has to be a list'],
    ],
    [
      'has a directive that is none',
      manifest('"assets": {"b": [("insert", "x"), ("after", "x"), ("include",)]}'),
      [
        'acme/__manifest__.py:3 "insert" is no directive of a bundle',
        'acme/__manifest__.py:3 "after" takes two paths',
        'acme/__manifest__.py:3 the bundle "b" holds what is neither a path nor a directive',
      ],
    ],
  ])('%s', (_what, text, expected) => {
    expect(problems(text, { 'readme.txt': '', 'b.xml': '' })).toEqual(expected);
  });

  it('names the nearest key, and the file of that name elsewhere', () => {
    const addon = addonOf(manifest('"dependss": []', '"data": ["a.xml"]'), { 'views/a.xml': '' });
    expect(checkManifest(addon, nineteen, []).findings.map(({ fix }) => fix)).toEqual([
      'Did you mean "depends"?',
      'There is views/a.xml.',
    ]);
  });

  it('is judged by what its own series reads', () => {
    const text = '{"name": "A", "qweb": ["static/src/xml/gone.xml"], "assets": {}}';
    expect(problems(text, {}, '14.0')).toEqual([
      'acme/__manifest__.py:1 Odoo 14 does not read "assets"; Odoo 15 is the first that does',
      'acme/__manifest__.py:1 no file of the addon is "static/src/xml/gone.xml"',
    ]);
  });
});

describe('a version', () => {
  it.each([
    ['19.0.1.0.0', '19.0'],
    ['19.0.1.0', '19.0'],
    ['1.0', '19.0'],
    ['1.0.2', '19.0'],
    ['14.0', '14.0'],
    ['17.0', '17.0'],
  ])('%s is one for Odoo %s', (version, series) => {
    expect(wrongVersion(version, parseSeries(series))).toBeUndefined();
  });

  it.each([
    ['18.0.1.0.0', '19.0', /of Odoo 18.0, not of 19.0/],
    ['19.0', '19.0', /the series alone/],
    ['1', '19.0', /not of the form/],
    ['1.0.0.0', '19.0', /not of the form/],
    ['19.0.1.0.0.0', '19.0', /not of the form/],
    ['1.0-beta', '14.0', /not of the form/],
    ['', '19.0', /not of the form/],
  ])('%s is none for Odoo %s', (version, series, why) => {
    expect(wrongVersion(version, parseSeries(series))).toMatch(why);
  });
});

describe('the series', () => {
  it('is that of most versions', () => {
    expect(seriesOf(['1.0', '19.0.1.0.0', '19.0.2.0', '18.0.1.0.0']).name).toBe('19.0');
  });

  it.each([
    ['no version names', ['1.0', '19.0', '']],
    ['as many versions name as another', ['19.0.1.0.0', '18.0.1.0.0']],
  ])('that %s is not guessed', (_what, versions) => {
    expect(() => seriesOf(versions)).toThrow(expect.objectContaining({ code: 'series-unknown', exitCode: 2 }));
  });

  it.each(['19', '19.1', 'saas-18.2', '13.0', '20.0', ''])('"%s" is refused', (text) => {
    expect(() => parseSeries(text)).toThrow(expect.objectContaining({ code: 'series', exitCode: 2 }));
  });
});
