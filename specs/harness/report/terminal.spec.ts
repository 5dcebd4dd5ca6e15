import { describe, expect, it } from 'vitest';
import { failedUnlessEmpty, passed } from '../../../harness/check.ts';
import { renderTerminal } from '../../../harness/report/terminal.ts';
import { FAILED, passing, refusing, reportOf, result, SCREENSHOT, unclear } from './sample-report.ts';

const plainly = { color: false };

describe('renderTerminal', () => {
  it('reads as a person expects', () => {
    expect(renderTerminal(refusing(), { color: false, outDir: 'out' })).toMatchInlineSnapshot(`
      "
       REFUSE  1 of 6 required checks failed.

        image     registry.example.com/shop/odoo:uat-v1.2.3 (sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
        database  uat: Odoo 19.0, 136 modules
        backup    sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
        stack     shop-uat
        took      1 min 32 s

      Stack
        ✔ Odoo starts on the restored database               stack.boot

      Sanitization
        ✘ No outgoing mail server is active                  sanitize.mail-servers  critical, failed
            active outgoing mail servers at ir_mail_server.active (2×) → Run \`odoo neutralize\`, or set active to false.
            stored SMTP passwords at ir_mail_server.smtp_pass (1×) → Empty the column.
        ? No production credential is left                   sanitize.credentials  could not tell
            permission denied for table res_users_apikeys
        ✔ The base URL is this stack’s own and frozen        sanitize.base-url
        – No incoming mail server is active                  sanitize.fetchmail  not applicable
            the module fetchmail is not installed

      Smoke flows
        ✔ The administrator signs in through the login page  smoke.login

      6 checks: 1 failed, 1 could not tell, 3 passed, 1 not applicable

      Why
        sanitize.mail-servers: No outgoing mail server is active: failed (critical)
        sanitize.credentials: No production credential is left: could not tell

      Do not promote. Fix what was found and verify again.
      Report: out/report.html
      "
    `);
  });

  it.each([
    ['PASS', passing],
    ['REFUSE', refusing],
    ['INCONCLUSIVE', unclear],
  ])('begins with %s', (verdict, make) => {
    expect(renderTerminal(make(), plainly).trimStart()).toMatch(new RegExp(`^${verdict} `));
  });

  it('has colours only when asked', () => {
    expect(renderTerminal(refusing(), plainly)).not.toContain('\u001b');
    expect(renderTerminal(refusing(), { color: true })).toContain('\u001b[');
  });

  it('lets no name drive the terminal', () => {
    const evil = result('a.b', 'title\u001b]0;owned\u0007\nPASS', 'high', passed(1));
    const text = renderTerminal(reportOf([evil]), plainly);
    expect(['\u001b', '\u0007', '\nPASS'].filter((part) => text.includes(part))).toEqual([]);
  });

  it('counts the findings beyond ten instead of listing them', () => {
    const findings = Array.from({ length: 14 }, (_, index) => ({ message: `finding number ${index}` }));
    const text = renderTerminal(reportOf([result('a.b', 'many', 'high', failedUnlessEmpty(findings, 14))]), plainly);
    expect(text.match(/finding number/g)).toHaveLength(10);
    expect(text).toContain('and 4 more findings in the report');
  });

  it('says which check is not required', () => {
    expect(renderTerminal(reportOf([FAILED], { required: [] }), plainly)).toContain('critical, failed, not required');
  });

  it('says where the files are only when there are any', () => {
    const report = reportOf([FAILED], { artifacts: [SCREENSHOT] });
    expect(renderTerminal(report, { color: false, outDir: 'out' })).toContain('out/report.html, with 1 screenshot');
    expect(renderTerminal(report, plainly)).not.toContain('report.html');
  });

  it('says when addons lay beside the image: the image alone was not verified', () => {
    const subject = { ...passing().subject, addons: [`sha256:${'c'.repeat(64)}`] };
    expect(renderTerminal({ ...passing(), subject }, plainly)).toContain('1 folder beside the image');
  });
});
