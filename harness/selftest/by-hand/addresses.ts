import pg from 'pg';
import { byHand, type Mutation } from '../mutation.ts';

const BASE = 'ir_config_parameter[web.base.url]';
const FREEZE = 'ir_config_parameter[web.base.url.freeze]';
const NEUTRALIZED = 'ir_config_parameter[database.is_neutralized]';
const PRODUCTION = 'https://erp.nordwind-handel.de';

/** Links that lead elsewhere, the nearest to the right one first. */
export function addresses(baseUrl: URL): readonly Mutation[] {
  const { protocol, hostname } = baseUrl;
  const otherScheme = protocol === 'https:' ? 'http:' : 'https:';
  const wrong = [
    `${otherScheme}//${baseUrl.host}`,
    `${protocol}//${hostname}:1`,
    `${baseUrl.origin}.evil.example`,
    PRODUCTION,
    '',
  ];
  return [
    ...wrong.map((url) =>
      byHand(
        'sanitize.base-url',
        BASE,
        `UPDATE ir_config_parameter SET value = ${pg.escapeLiteral(url)} WHERE key = 'web.base.url'`,
      ),
    ),
    byHand('sanitize.base-url', BASE, "DELETE FROM ir_config_parameter WHERE key = 'web.base.url'"),
    byHand('sanitize.base-url', FREEZE, "DELETE FROM ir_config_parameter WHERE key = 'web.base.url.freeze'"),
    byHand('sanitize.base-url', FREEZE, "UPDATE ir_config_parameter SET value = ' ' WHERE key = 'web.base.url.freeze'"),
    byHand(
      'sanitize.base-url',
      'ir_config_parameter[report.url]',
      `INSERT INTO ir_config_parameter (key, value) VALUES ('report.url', '${PRODUCTION}')
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
    byHand(
      'sanitize.neutralized',
      NEUTRALIZED,
      "DELETE FROM ir_config_parameter WHERE key = 'database.is_neutralized'",
    ),
    byHand(
      'sanitize.neutralized',
      NEUTRALIZED,
      "UPDATE ir_config_parameter SET value = 'false' WHERE key = 'database.is_neutralized'",
    ),
    ...['web.neutralize_banner', 'website.neutralize_ribbon'].map((key) =>
      byHand('sanitize.neutralized', 'ir_ui_view.active', `UPDATE ir_ui_view SET active = false WHERE key = '${key}'`),
    ),
  ];
}
