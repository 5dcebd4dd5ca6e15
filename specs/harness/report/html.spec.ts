import { describe, expect, it } from 'vitest';
import { failedUnlessEmpty, inconclusive } from '../../../harness/check.ts';
import { renderHtml } from '../../../harness/report/html.ts';
import {
  FAILED,
  passing,
  refusing,
  reportOf,
  result,
  SANITIZED,
  SCREENSHOT,
  SUBJECT,
  unclear,
} from './sample-report.ts';

const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';

describe('renderHtml', () => {
  it.each([
    ['Pass', passing, 'The image may be promoted on this report.'],
    ['Refuse', refusing, '1 of 6 required checks failed.'],
    ['Inconclusive', unclear, 'Unknown is not safe.'],
  ])('opens with the verdict %s and what it means', (verdict, make, meaning) => {
    const html = renderHtml(make(), []);
    expect(html).toContain(`<h1>${verdict}</h1>`);
    expect(html).toContain(meaning);
  });

  it('names the image by reference and digest, the database, the backup and the stack', () => {
    const html = renderHtml(passing(), []);
    const facts = [
      SUBJECT.image?.reference,
      SUBJECT.image?.digest,
      'Odoo 19.0, 136 modules installed',
      SUBJECT.backup?.digest,
      'shop-uat',
    ];
    expect(facts.filter((fact) => fact === undefined || !html.includes(fact))).toEqual([]);
  });

  it.each([
    ['an image that is in no registry', { image: { reference: 'odoo:19', id: 'sha256:77' } }],
    ['an image with addons from beside it', { ...SUBJECT, addons: [`sha256:${'c'.repeat(64)}`] }],
    ['a database alone', { database: { name: 'uat', odooVersion: '19.0', modules: 1 } }],
  ])('does not invite to promote %s', (_, subject) => {
    expect(renderHtml(reportOf(passing().checks, { subject }), [])).not.toContain('may be promoted');
  });

  it('says that an image without a digest is in no registry', () => {
    const html = renderHtml(reportOf([FAILED], { subject: { image: { reference: 'odoo:19', id: 'sha256:77' } } }), []);
    expect(html).toContain('In no registry yet');
    expect(html).toContain('sha256:77');
  });

  it('says what was done to the copy before the checks looked, table by table', () => {
    const html = renderHtml({ ...passing(), sanitized: SANITIZED }, []);
    expect(html).toContain('by the image&#39;s own odoo neutralize; beside it 42 rows written in 2 tables');
    expect(html).toMatch(/<code>res_partner<\/code> 41 rows updated .*name, email/);
    expect(renderHtml(passing(), [])).not.toContain('Sanitized');
  });

  it('shows what was found, where, how many and how to fix it', () => {
    const html = renderHtml(refusing(), []);
    expect(html).toContain('active outgoing mail servers');
    expect(html).toContain('ir_mail_server.active');
    expect(html).toContain('2×');
    expect(html).toContain('Run <code>odoo neutralize</code>, or set active to false.');
  });

  it('links each reason to its check', () => {
    const html = renderHtml(refusing(), []);
    expect(html).toContain('href="#check-sanitize.mail-servers"');
    expect(html).toContain('id="check-sanitize.mail-servers"');
  });

  it('names a required check that never ran', () => {
    const html = renderHtml(reportOf([FAILED], { required: ['smoke.login'] }), []);
    expect(html).toContain('smoke.login: required, but it did not run');
  });

  it('holds the screenshots and links the other artifacts', () => {
    const report = reportOf([FAILED], { artifacts: [{ kind: 'trace', title: 'trace', path: 'smoke/a b#1.zip' }] });
    const html = renderHtml(report, [{ ...SCREENSHOT, dataUri: PIXEL }]);
    expect(html).toContain(`src="${PIXEL}"`);
    expect(html).toContain('href="smoke/a%20b%231.zip"');
  });

  it('says why a screenshot is not there', () => {
    const html = renderHtml(refusing(), [{ ...SCREENSHOT, problem: 'the file is missing' }]);
    expect(html).toContain('the file is missing');
    expect(html).not.toContain('<img');
  });

  it.each(['../up.zip', '/etc/passwd', 'javascript:alert(1)', 'a\\b'])(
    'never links the artifact path %s to where it points',
    (path) => {
      const html = renderHtml(reportOf([FAILED], { artifacts: [{ kind: 'log', title: 'log', path }] }), []);
      expect(html).not.toContain(`href="${path}"`);
    },
  );

  it('refers to nothing outside itself', () => {
    const html = renderHtml(refusing(), [{ ...SCREENSHOT, dataUri: PIXEL }]);
    const references = [...html.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]*)/g)].map(
      ([, target]) => target ?? '',
    );
    expect(references.length).toBeGreaterThan(3);
    expect(references.filter((target) => !/^(?:#|data:)/.test(target))).toEqual([]);
    expect(html).not.toMatch(/<(?:script|iframe|object|embed|form)\b|@import/);
  });

  it('escapes what is planted in any text', () => {
    const planted = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>\u202E\u001b[2J`;
    const findings = [{ message: planted, location: planted, count: 1, fix: `\`${planted}\`` }];
    const html = renderHtml(
      {
        ...reportOf(
          [
            result(`area${planted}.x`, planted, 'high', failedUnlessEmpty(findings, 1)),
            result('b.y', planted, 'low', inconclusive(planted)),
          ],
          {
            subject: {
              image: { reference: planted, id: planted },
              database: { name: planted, odooVersion: planted, modules: 1 },
              backup: { digest: planted },
              stack: planted,
            },
            artifacts: [{ kind: 'log', title: planted, path: planted }],
          },
        ),
        reasons: [planted],
      },
      [
        { ...SCREENSHOT, title: planted, dataUri: PIXEL },
        { ...SCREENSHOT, path: planted, problem: planted },
      ],
    );
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/<img src=x/);
    expect(['\u202E', '\u001b'].filter((char) => html.includes(char))).toEqual([]);
    expect(html).toContain('&#60;script&#62;');
  });
});
