import { isBlank } from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { gone, only } from '../rule-kinds.ts';

/** Parameters that lead to a service in production's name, although their key speaks of no secret. */
const SERVICES =
  "t.key LIKE 'cloud\\_storage\\_%' OR t.key IN ('website_jitsi.jitsi_server_domain', 'recaptcha_public_key', 'cf.turnstile_site_key', 'mail.sfu_server_url', 'unsplash.app_id', 'google_calendar_client_id', 'microsoft_calendar_client_id', 'google_gmail_client_id', 'microsoft_outlook_client_id')";

export const website: RuleSet = {
  id: 'sanitize.web',
  title: "The website is not found, and uses none of production's services",
  why: "Search engines list the copy, and its visits use, or are counted on, production's services.",
  source:
    'Odoo website, website_sale_autocomplete, mail, cloud_storage_*, website_event_jitsi, google_recaptcha: data/neutralize.sql',
  severity: 'high',
  modules: { website: ['website'] },
  rules: () => [
    only('website', 'cdn_activated', ['false', ''], "websites take their files from production's network of servers"),
    {
      table: 'website',
      columns: ['robots_txt'],
      none: "btrim(regexp_replace(coalesce(t.robots_txt, ''), '\\s+', ' ', 'g')) <> 'User-agent: * Disallow: /'",
      says: 'search engines may list the copy',
      fix: "Set website.robots_txt to E'User-agent: *\\nDisallow: /'.",
      armed: { otherThan: ['User-agent: * Disallow: /'] },
    },
    ...gone(
      'website',
      [
        'google_places_api_key',
        'google_maps_api_key',
        'google_management_client_id',
        'google_management_client_secret',
        'website_slide_google_app_key',
        'twitter_api_key',
        'twitter_api_secret',
      ],
      "websites hold a key of production's services",
    ),
    ...gone(
      'website',
      ['google_analytics_key', 'plausible_shared_key'],
      "visits of the copy are counted as production's",
    ),
    ...gone('ir_ui_view', ['visibility_password'], 'pages keep the password of production'),
    ...gone('mail_ice_server', ['credential'], "servers for calls are used on production's account"),
    {
      table: 'ir_config_parameter',
      columns: ['value', 'key'],
      none: `(${SERVICES}) AND NOT ${isBlank('value')}`,
      says: "parameters lead to a service on production's account",
      fix: 'Delete them.',
    },
  ],
};
