import { isBlank } from '../anonymized-shape.ts';
import type { Examination, RuleSet } from '../rule.ts';
import { whyUnreadable } from '../unreadable.ts';

/** Scheme, lower-case host, port unless it is the scheme's own, no slash at the end. */
function normalized(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : undefined;
}

const FIX_URL = "Set the parameter to the stack's own URL, or run odoo-gate sanitize.";

export const baseUrl: RuleSet = {
  id: 'sanitize.base-url',
  title: 'Links lead to the stack itself, and stay so',
  why: "Links in mails, portal pages and payment callbacks lead to production; unfrozen, the next administrator's login rewrites the URL.",
  source:
    'Odoo base/models/res_users.py writes web.base.url at a login unless web.base.url.freeze is filled; website.domain, report.url',
  beside: ['ir_config_parameter[web.base.url], ir_config_parameter[report.url]'],
  severity: 'high',
  filled: ['ir_config_parameter'],
  modules: { website: ['website'] },
  rules: ({ baseUrl }) => [
    {
      table: 'ir_config_parameter',
      columns: ['key', 'value'],
      some: "t.key = 'web.base.url.freeze' AND btrim(t.value) <> ''",
      says: "the base URL is not frozen: the next administrator's login rewrites it",
      fix: "Set the parameter web.base.url.freeze to 'True'.",
      location: 'ir_config_parameter[web.base.url.freeze]',
      essential: true,
    },
    {
      table: 'website',
      columns: ['domain'],
      none: `NOT (${isBlank('domain')}
        OR lower(regexp_replace(btrim(t.domain, ' /'), '^https?://', '')) IN (${hosts(baseUrl)}))`,
      says: 'websites claim another domain',
      fix: 'Set website.domain to NULL.',
      armed: 'secret',
    },
  ],
  also: (context) => parameters(context),
};

/** `URL` leaves nothing in a host that could end an SQL literal. */
function hosts({ host, hostname }: URL): string {
  return `'${host}', '${hostname}'`;
}

async function parameters({ session, baseUrl }: Parameters<NonNullable<RuleSet['also']>>[0]): Promise<Examination> {
  const result: Examination = { assertions: 0, findings: [], unclear: [] };
  const found = new Map<string, string>();
  try {
    const rows = await session.query<{ key: string; value: string | null }>(
      "SELECT key, value FROM ir_config_parameter WHERE key IN ('web.base.url', 'report.url')",
    );
    for (const { key, value } of rows) found.set(key, value ?? '');
  } catch (error) {
    result.unclear.push(whyUnreadable('ir_config_parameter', error));
    return result;
  }
  const own = normalized(baseUrl.href);
  const base = found.get('web.base.url');
  result.assertions += 1;
  if (base === undefined || base.trim() === '') {
    result.findings.push({
      message: 'the base URL is not set: the first request decides it',
      location: 'ir_config_parameter[web.base.url]',
      fix: FIX_URL,
    });
  } else if (normalized(base.trim()) !== own) {
    result.findings.push({
      message: "the base URL is not the stack's own: links and payment callbacks lead elsewhere",
      location: 'ir_config_parameter[web.base.url]',
      count: 1,
      fix: FIX_URL,
    });
  }
  const report = found.get('report.url') ?? '';
  result.assertions += 1;
  if (report.trim() !== '' && normalized(report.trim()) !== own && !isLoopback(report.trim())) {
    result.findings.push({
      message: 'reports fetch their assets from another server',
      location: 'ir_config_parameter[report.url]',
      count: 1,
      fix: 'Delete the parameter report.url.',
    });
  }
  return result;
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}

export const neutralized: RuleSet = {
  id: 'sanitize.neutralized',
  title: 'The database says that it is a copy',
  why: 'Who works on the copy has to see that it is one.',
  source: 'Odoo base/data/neutralize.sql, web and website for the banners; the command exists from 16',
  odoo: [16, 19],
  severity: 'medium',
  filled: ['ir_config_parameter', 'ir_ui_view'],
  exempt: ({ database }) =>
    database.kind === 'odoo' && database.major < 16
      ? `Odoo ${database.version} has no neutralized databases: that begins with 16.0`
      : undefined,
  rules: () => [
    {
      table: 'ir_config_parameter',
      columns: ['key', 'value'],
      some: "t.key = 'database.is_neutralized' AND lower(btrim(t.value)) = 'true'",
      says: 'the database is not marked as neutralized',
      fix: "Run odoo neutralize; it sets the parameter database.is_neutralized to 'true'.",
      location: 'ir_config_parameter[database.is_neutralized]',
      essential: true,
    },
    {
      table: 'ir_ui_view',
      columns: ['active', 'key'],
      none: "coalesce(t.key, '') IN ('web.neutralize_banner', 'website.neutralize_ribbon') AND t.active IS NOT TRUE",
      says: 'the banner that tells users of the copy is switched off',
      fix: 'Set ir_ui_view.active of web.neutralize_banner and website.neutralize_ribbon to true.',
    },
  ],
};
