import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { failedUnlessEmpty, inconclusive } from '../../../harness/check.ts';
import { renderJunit } from '../../../harness/report/junit.ts';
import { FAILED, passing, refusing, reportOf, result, TESTS, unclear } from './sample-report.ts';

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

/** The elements in document order; throws unless the XML is well-formed. */
function elementsOf(xml: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes } as Record<string, string>, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return elements;
}

const named = (name: string, xml: string) => elementsOf(xml).filter((element) => element.name === name);

describe('renderJunit', () => {
  it('makes one suite an area and one case a check, after the verdict', () => {
    const xml = renderJunit(refusing());
    expect(named('testsuite', xml).map(({ attributes }) => [attributes.name, attributes.tests])).toEqual([
      ['Verdict', '1'],
      ['Stack', '1'],
      ['Sanitization', '4'],
      ['Smoke flows', '1'],
    ]);
    expect(named('testcase', xml)).toHaveLength(7);
  });

  it('counts what failed, what could not tell and what does not apply', () => {
    const [root] = elementsOf(renderJunit(refusing()));
    expect(root?.attributes).toMatchObject({ tests: '7', failures: '2', errors: '1', skipped: '1', time: '92.5' });
  });

  it('lists every finding of a failed check', () => {
    const [failure] = named('failure', renderJunit(reportOf([FAILED], { required: [] })));
    expect(failure?.text).toContain('stored SMTP passwords at ir_mail_server.smtp_pass (1×) → Empty the column.');
  });

  it('makes what could not tell an error, never skipped', () => {
    const xml = renderJunit(unclear());
    expect(named('error', xml).map(({ attributes }) => attributes.message)).toEqual([
      '1 point could not be proven. Unknown is not safe.',
      'could not tell: permission denied for table res_users_apikeys',
    ]);
    expect(named('skipped', xml)).toEqual([]);
  });

  it('fails by its verdict when a required check never ran', () => {
    const xml = renderJunit(reportOf(passing().checks, { required: ['stack.boot', 'egress.silent'] }));
    expect(named('error', xml).map(({ text }) => text)).toEqual(['egress.silent: required, but it did not run']);
  });

  it('has neither failure nor error on a pass', () => {
    expect(elementsOf(renderJunit(passing())).filter(({ name }) => name === 'failure' || name === 'error')).toEqual([]);
  });

  it('stays well-formed whatever a text holds', () => {
    const evil = ']]> ]]> <x a="1">&\u0000\u001b\uD800\uFFFE\r\n\'';
    const xml = renderJunit(
      reportOf([
        result('a.b', evil, 'high', failedUnlessEmpty([{ message: evil, location: evil, fix: evil }], 1)),
        result('a.c', evil, 'high', inconclusive(evil)),
      ]),
    );
    expect(named('testcase', xml)).toHaveLength(3);
  });

  it('makes one suite of the tests of an addon, with class, method and traceback', () => {
    const xml = renderJunit({ ...passing(), tests: [...TESTS] });
    const suite = named('testsuite', xml).find(({ attributes }) => attributes.name === 'shop');
    expect(suite?.attributes).toMatchObject({ tests: '6', failures: '1', errors: '2', skipped: '1' });
    expect(named('testcase', xml).at(-5)?.attributes).toMatchObject({
      classname: 'shop.test_shop.TestShop',
      name: 'test_fails',
      time: '0.012',
    });
    expect(named('failure', xml).at(-1)).toMatchObject({
      attributes: { message: 'AssertionError: 1 != 2' },
      text: expect.stringContaining('Traceback <'),
    });
  });
});
