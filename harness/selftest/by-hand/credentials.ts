import { byHand, type Mutation } from '../mutation.ts';

const SECRET = 'ir_config_parameter[database.secret]';
const ADMIN = `WHERE id = (SELECT res_id FROM ir_model_data WHERE model = 'res.users' AND module = 'base' AND name = 'user_admin')`;

/** What a column of passwords may hold: another one's hash, plain text, a scheme of another tool, work for hours. */
const PASSWORDS = [
  "'$pbkdf2-sha512$1000$c2FsdHNhbHQ$' || repeat('A', 86)",
  "'admin'",
  "'$argon2id$v=19$x'",
  "'$pbkdf2-sha512$9999999$c2FsdHNhbHQ$' || repeat('A', 86)",
];

const parameter = (check: string, location: string, key: string) =>
  byHand(
    check,
    location,
    `INSERT INTO ir_config_parameter (key, value) VALUES ('${key}', 'Nw77Qx-geheim')
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );

const SECRET_PARAMETERS = [
  'google_calendar_client_secret',
  'unsplash.access_key',
  'sms_twilio.auth_token',
  'sms_twilio.account_sid',
  'shop.api_key',
  'database.enterprise_code',
  'mail.web_push_vapid_private_key',
  'mail.sfu_server_key',
  'google_translate_api_key',
  'discuss.tenor_api_key',
  'base_geolocalize.google_map_api_key',
  'google_address_autocomplete.google_places_api_key',
];
const SERVICE_PARAMETERS = [
  'cloud_storage_provider',
  'cloud_storage_azure_container_name',
  'website_jitsi.jitsi_server_domain',
  'recaptcha_public_key',
  'cf.turnstile_site_key',
  'unsplash.app_id',
  'google_calendar_client_id',
];
const MODE_PARAMETERS = [
  'account_peppol.edi.mode',
  'l10n_dk_nemhandel.edi.mode',
  'l10n_pl_edi_ksef.mode',
  'account_edi_proxy_client.demo',
];

export const credentials: readonly Mutation[] = [
  ...PASSWORDS.map((password) =>
    byHand('sanitize.credentials', 'res_users.password', `UPDATE res_users SET password = ${password} ${ADMIN}`),
  ),
  byHand(
    'sanitize.credentials',
    'res_users.password',
    "UPDATE res_users SET password = '$pbkdf2-sha512$600000$c2FsdHNhbHQ$' || repeat(chr(65 + id % 26), 86)",
  ),
  ...[
    "UPDATE ir_config_parameter SET write_date = create_date WHERE key = 'database.secret'",
    "UPDATE ir_config_parameter SET value = '' WHERE key = 'database.secret'",
    "DELETE FROM ir_config_parameter WHERE key = 'database.secret'",
  ].map((sql) => byHand('sanitize.credentials', SECRET, sql)),
  ...SECRET_PARAMETERS.map((key) => parameter('sanitize.credentials', 'ir_config_parameter.value', key)),
  ...SERVICE_PARAMETERS.map((key) => parameter('sanitize.web', 'ir_config_parameter.value', key)),
  ...MODE_PARAMETERS.map((key) => parameter('sanitize.e-invoicing', `ir_config_parameter[${key}]`, key)),
];
