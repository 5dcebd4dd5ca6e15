import type { Mutation } from './mutations.ts';

/** Tables of modules that the demo lacks, made as the module makes them: column → [type, armed value]. */
type Columns = Readonly<Record<string, readonly [type: string, armed: string]>>;

/** A table with one row, in which one column after the other is armed. `beside` are columns that the rule reads too. */
function madeTable(check: string, table: string, columns: Columns, beside = ''): Mutation[] {
  return Object.entries(columns).map(([column, [type, armed]]) => [
    check,
    `${table}.${column}`,
    `CREATE TABLE "${table}" (id serial PRIMARY KEY, "${column}" ${type}${beside && `, ${beside}`});
     INSERT INTO "${table}" ("${column}") VALUES (${armed})`,
  ]);
}

/** Columns that a module adds to a table that is there. */
function madeColumns(check: string, table: string, columns: Columns): Mutation[] {
  return Object.entries(columns).map(([column, [type, armed]]) => [
    check,
    `${table}.${column}`,
    `ALTER TABLE "${table}" ADD COLUMN IF NOT EXISTS "${column}" ${type};
     UPDATE "${table}" SET "${column}" = ${armed} WHERE id = (SELECT min(id) FROM "${table}")`,
  ]);
}

const parameters = (check: string, location: string, keys: readonly string[]): Mutation[] =>
  keys.map((key) => [
    check,
    location,
    `INSERT INTO ir_config_parameter (key, value) VALUES ('${key}', 'nw-live')
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  ]);

const TEXT = (armed: string) => ['varchar', `'${armed}'`] as const;
const OFF = ['boolean', 'false'] as const;
const ON = ['boolean', 'true'] as const;

const delivery: Mutation[] = [
  ...madeTable(
    'sanitize.delivery',
    'delivery_carrier',
    {
      prod_environment: ON,
      active: ON,
      easypost_production_api_key: TEXT('EZAKnw77'),
      ups_passwd: TEXT('geheim'),
      mondialrelay_brand: TEXT('NORDWIND'),
    },
    "delivery_type varchar DEFAULT 'ups'",
  ),
];

const calendars: Mutation[] = [
  ...madeColumns('sanitize.calendars', 'res_users', {
    microsoft_calendar_token: TEXT('t'),
    microsoft_calendar_rtoken: TEXT('t'),
    microsoft_synchronization_stopped: OFF,
  }),
  ...madeColumns('sanitize.calendars', 'res_users_settings', {
    google_calendar_token: TEXT('t'),
    google_calendar_rtoken: TEXT('t'),
    google_calendar_sync_token: TEXT('t'),
    microsoft_calendar_sync_token: TEXT('t'),
    google_synchronization_stopped: OFF,
    microsoft_synchronization_stopped: OFF,
    microsoft_last_sync_date: ['timestamp', 'now()'],
  }),
  ...['google', 'microsoft'].flatMap((provider) =>
    madeTable('sanitize.calendars', `${provider}_calendar_credentials`, {
      calendar_token: TEXT('t'),
      calendar_rtoken: TEXT('t'),
      calendar_sync_token: TEXT('t'),
      synchronization_stopped: OFF,
    }),
  ),
];

const web: Mutation[] = [
  ...madeColumns('sanitize.web', 'website', {
    cdn_activated: ON,
    robots_txt: ['text', "E'User-agent: *\\nDisallow: /web'"],
    google_places_api_key: TEXT('AIzaNw'),
    google_maps_api_key: TEXT('AIzaNw'),
    google_analytics_key: TEXT('G-NW77'),
    plausible_shared_key: TEXT('nw77'),
    website_slide_google_app_key: TEXT('AIzaNw'),
  }),
  ...madeColumns('sanitize.web', 'ir_ui_view', { visibility_password: TEXT('$pbkdf2-sha512$x') }),
  [
    'sanitize.web',
    'mail_ice_server.credential',
    "INSERT INTO mail_ice_server (server_type, uri, credential) VALUES ('turn', 'turn.example', 'geheim')",
  ],
  ...parameters('sanitize.web', 'ir_config_parameter.value', [
    'cloud_storage_provider',
    'cloud_storage_azure_container_name',
    'website_jitsi.jitsi_server_domain',
    'recaptcha_public_key',
    'cf.turnstile_site_key',
    'unsplash.app_id',
    'google_calendar_client_id',
  ]),
  ...parameters('sanitize.credentials', 'ir_config_parameter.value', [
    'mail.web_push_vapid_private_key',
    'mail.sfu_server_key',
    'sms_twilio.account_sid',
    'google_translate_api_key',
    'discuss.tenor_api_key',
    'base_geolocalize.google_map_api_key',
    'google_address_autocomplete.google_places_api_key',
  ]),
];

const eInvoicing: Mutation[] = [
  ...madeTable('sanitize.e-invoicing', 'account_edi_proxy_client_user', {
    edi_mode: TEXT('prod'),
    refresh_token: TEXT('t'),
    private_key: ['bytea', "'key'"],
  }),
  [
    'sanitize.e-invoicing',
    'account_edi_proxy_client_user.active',
    `CREATE TABLE account_edi_proxy_client_user (id serial, active boolean, proxy_type varchar);
     INSERT INTO account_edi_proxy_client_user (active, proxy_type) VALUES (true, 'l10n_my_edi')`,
  ],
  ...madeTable('sanitize.e-invoicing', 'certificate_certificate', { pkcs12_password: TEXT('geheim') }),
  ...madeTable('sanitize.e-invoicing', 'certificate_key', { password: TEXT('geheim'), pem_key: ['bytea', "'k'"] }),
  ...madeTable('sanitize.e-invoicing', 'l10n_es_edi_certificate', { password: TEXT('geheim') }),
  ...madeTable('sanitize.e-invoicing', 'l10n_eg_edi_thumb_drive', { pin: TEXT('7731') }),
  [
    'sanitize.e-invoicing',
    'ir_attachment[certificate.key]',
    "INSERT INTO ir_attachment (name, type, res_model, res_field, res_id) VALUES ('pem_key', 'binary', 'certificate.key', 'pem_key', 1)",
  ],
  ...madeColumns('sanitize.e-invoicing', 'res_company', {
    l10n_eg_production_env: ON,
    l10n_es_edi_test_env: OFF,
    l10n_es_sii_test_env: OFF,
    l10n_es_tbai_test_env: OFF,
    l10n_es_edi_verifactu_test_environment: ['boolean', 'NULL'],
    l10n_gr_edi_test_env: OFF,
    l10n_hr_mer_connection_mode: TEXT('prod'),
    l10n_hr_mer_connection_state: TEXT('active'),
    l10n_hu_edi_server_mode: TEXT('production'),
    l10n_in_edi_production_env: ON,
    l10n_it_edi_register: ON,
    l10n_my_edi_mode: TEXT('prod'),
    l10n_ro_edi_test_env: OFF,
    l10n_rs_edi_demo_env: OFF,
    l10n_sa_api_mode: TEXT('prod'),
    l10n_tr_nilvera_environment: TEXT('production'),
    l10n_tr_nilvera_use_test_env: OFF,
    l10n_tw_edi_ecpay_staging_mode: OFF,
    tbai_test_enabled: OFF,
    l10n_eg_client_secret: TEXT('geheim'),
    l10n_hu_edi_signature_key: TEXT('geheim'),
    l10n_in_edi_token_validity: ['timestamp', 'now()'],
    l10n_ke_cu_proxy_address: TEXT('http://10.0.0.7'),
    l10n_pl_edi_certificate: ['integer', '7'],
    l10n_ro_edi_refresh_token: TEXT('t'),
    l10n_rs_edi_api_key: TEXT('k'),
    l10n_vn_edi_token: TEXT('t'),
    account_peppol_migration_key: TEXT('k'),
    l10n_gr_edi_aade_key: TEXT('k'),
    l10n_sa_private_key: ['bytea', "'k'"],
  }),
  ...['account_peppol.edi.mode', 'l10n_dk_nemhandel.edi.mode', 'l10n_pl_edi_ksef.mode'].flatMap((key) =>
    parameters('sanitize.e-invoicing', `ir_config_parameter[${key}]`, [key]),
  ),
];

const pointOfSale: Mutation[] = madeTable('sanitize.point-of-sale', 'pos_payment_method', {
  adyen_test_mode: OFF,
  pine_labs_test_mode: ['boolean', 'NULL'],
  adyen_api_key: TEXT('k'),
  mp_bearer_token: TEXT('t'),
  viva_com_client_secret: TEXT('s'),
  dpopay_bearer_token: TEXT('t'),
  glory_password: TEXT('geheim'),
  qfpay_pos_key: TEXT('k'),
  glory_websocket_address: TEXT('10.0.0.8'),
});

const integrations: Mutation[] = [
  [
    'sanitize.integrations',
    'iap_account.account_token',
    `INSERT INTO iap_account (account_token, service_id)
     VALUES ('a1b2c3d4e5f6a1b2', (SELECT min(id) FROM iap_service))`,
  ],
  ...madeColumns('sanitize.integrations', 'res_company', {
    sms_twilio_auth_token: TEXT('t'),
    sms_twilio_account_sid: TEXT('AC77'),
    gelato_api_key: TEXT('k'),
    gelato_webhook_secret: TEXT('s'),
  }),
  ...madeColumns('sanitize.integrations', 'res_partner_bank', { l10n_id_qris_api_key: TEXT('k') }),
  ...madeTable('sanitize.integrations', 'keychain_account', { clear_password: TEXT('p'), login: TEXT('erp') }),
  ...madeTable('sanitize.integrations', 'fs_storage', { options: ['text', '\'{"secret": 1}\''] }),
  ...madeTable('sanitize.crons', 'queue_job', { state: TEXT('enqueued') }),
];

const marketing: Mutation[] = [
  ...madeTable('sanitize.marketing', 'mailing_mailing', { mail_server_id: ['integer', '1'] }),
  ...madeTable('sanitize.waiting-mail', 'mailing_mailing', { state: TEXT('in_queue') }),
  ...madeTable('sanitize.marketing', 'marketing_campaign', { state: TEXT('running') }),
  ...madeTable('sanitize.marketing', 'marketing_trace', { state: TEXT('scheduled') }),
  ...madeTable('sanitize.marketing', 'social_post', { state: TEXT('scheduled') }),
  ...madeTable('sanitize.marketing', 'whatsapp_message', { state: TEXT('outgoing') }),
  ...madeTable('sanitize.marketing', 'whatsapp_account', { token: TEXT('t'), app_secret: TEXT('s') }),
  ...madeTable('sanitize.marketing', 'social_account', { facebook_access_token: TEXT('t') }),
];

const auth: Mutation[] = [
  ...madeTable('sanitize.credentials', 'res_company_ldap', { ldap_password: TEXT('geheim') }),
  ...madeTable('sanitize.credentials', 'auth_oauth_provider', { enabled: ON }),
  ...madeColumns('sanitize.credentials', 'res_users', { oauth_access_token: TEXT('t') }),
  ...madeColumns('sanitize.credentials', 'res_partner', { signup_token: TEXT('t') }),
];

const links: Mutation[] = [
  ...['sale_order', 'account_move', 'purchase_order', 'calendar_event', 'ir_attachment', 'mail_guest'].flatMap(
    (table) =>
      madeColumns('sanitize.shared-links', table, { access_token: TEXT('7f3c0f7e-1d0b-4b0f-9b1a-3f4d9a0c7e55') }),
  ),
  ...madeTable('sanitize.shared-links', 'base_automation', { webhook_uuid: TEXT('7f3c0f7e-1d0b-4b0f') }),
  ...madeTable('sanitize.shared-links', 'survey_user_input', { invite_token: TEXT('copy-7f3c0f7e') }),
];

const catalogs: Mutation[] = [
  ['pg_foreign_server', 'CREATE FOREIGN DATA WRAPPER bare; CREATE SERVER elsewhere FOREIGN DATA WRAPPER bare'],
  [
    'pg_user_mappings',
    `CREATE FOREIGN DATA WRAPPER bare; CREATE SERVER elsewhere FOREIGN DATA WRAPPER bare;
     CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere OPTIONS (password 'geheim')`,
  ],
  [
    'pg_subscription',
    "CREATE SUBSCRIPTION follow CONNECTION 'host=10.0.0.9' PUBLICATION all_of_it WITH (connect = false)",
  ],
  [
    'pg_event_trigger',
    `CREATE FUNCTION on_change() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
     CREATE EVENT TRIGGER on_change ON ddl_command_end EXECUTE FUNCTION on_change()`,
  ],
  [
    'cron.job',
    `CREATE SCHEMA cron; CREATE TABLE cron.job (jobid bigserial, schedule text, command text, database text, active boolean);
     INSERT INTO cron.job (schedule, command, database, active) VALUES ('* * * * *', 'SELECT 1', current_database(), true)`,
  ],
].map(([location = '', sql = '']): Mutation => ['sanitize.postgres', location, `${sql}; SELECT 1`]);

export const moduleMutations: readonly Mutation[] = [
  ...delivery,
  ...calendars,
  ...web,
  ...eInvoicing,
  ...pointOfSale,
  ...integrations,
  ...marketing,
  ...auth,
  ...links,
  ...catalogs,
];
