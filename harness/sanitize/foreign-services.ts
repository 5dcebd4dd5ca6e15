import { randomBytes } from 'node:crypto';
import type { Writer } from './writer.ts';

/** What neutralization leaves or an older Odoo lacks: accounts elsewhere, production modes, links. One area after the other. */
export async function foreignServices(writer: Writer): Promise<void> {
  await carriers(writer);
  await terminals(writer);
  await authorities(writer);
  await calendarExchange(writer);
  await websites(writer);
  await campaigns(writer);
  await otherAccounts(writer);
  await drawLinksAnew(writer);
}

/** Empties what holds a value; a placeholder that neutralization wrote stays, or running it again would change the row. */
async function forget(writer: Writer, table: string, columns: Iterable<string>): Promise<void> {
  for (const column of columns) {
    await writer.set(
      table,
      { [column]: 'NULL' },
      { where: `btrim(t."${column}"::text) !~ '^(dummy.*)?$'`, needs: [column] },
    );
  }
}

async function forgetNamed(writer: Writer, table: string, name: RegExp): Promise<void> {
  const columns = [...(writer.schema.columns(table) ?? [])];
  const named = columns.filter(([column, type]) => /^(text|character varying)$/.test(type) && name.test(column));
  await forget(
    writer,
    table,
    named.map(([column]) => column),
  );
}

/** Sets one column in the rows that have another value. */
async function force(writer: Writer, table: string, column: string, value: string, where = 'true'): Promise<void> {
  await writer.set(
    table,
    { [column]: value },
    { where: `(${where}) AND t."${column}" IS DISTINCT FROM ${value}`, needs: [column] },
  );
}

async function carriers(writer: Writer): Promise<void> {
  await force(writer, 'delivery_carrier', 'prod_environment', 'false');
  await force(
    writer,
    'delivery_carrier',
    'active',
    'false',
    "coalesce(t.delivery_type, '') NOT IN ('fixed', 'base_on_rule')",
  );
  // The brand has eight characters: neutralization writes it padded.
  const unlikeTest = "btrim(t.mondialrelay_brand) NOT IN ('', 'BDTEST')";
  await force(writer, 'delivery_carrier', 'mondialrelay_brand', "'BDTEST  '", unlikeTest);
  await forgetNamed(
    writer,
    'delivery_carrier',
    /key|secret|token|passw|pwd|login|account|user|site_?id|client|licen[cs]e|meter|customer_?(id|number)|contract|access|credential/i,
  );
}

async function terminals(writer: Writer): Promise<void> {
  for (const provider of ['adyen', 'paytm', 'pine_labs', 'razorpay', 'viva_com', 'viva_wallet']) {
    await force(writer, 'pos_payment_method', `${provider}_test_mode`, 'true');
  }
  const others = [...(writer.schema.columns('pos_payment_method') ?? [])];
  for (const [column] of others.filter(([name, type]) => type === 'boolean' && /_test_mode$/.test(name))) {
    await force(writer, 'pos_payment_method', column, 'true');
  }
  await forgetNamed(
    writer,
    'pos_payment_method',
    /key|secret|token|passw|pwd|login|merchant|client_|credential|username|account|store_id|_pin$/,
  );
  await force(writer, 'pos_payment_method', 'glory_websocket_address', "'0.0.0.0'", "t.glory_websocket_address <> ''");
}

/** Values with which Odoo talks to a test system, or to nobody. */
const TEST_MODES = {
  true: [
    'l10n_es_edi_test_env',
    'l10n_es_sii_test_env',
    'l10n_es_tbai_test_env',
    'l10n_es_edi_verifactu_test_environment',
    'l10n_gr_edi_test_env',
    'l10n_ro_edi_test_env',
    'l10n_rs_edi_demo_env',
    'l10n_tr_nilvera_use_test_env',
    'l10n_tw_edi_ecpay_staging_mode',
    'sii_test',
    'tbai_test_enabled',
    'verifactu_test',
  ],
  false: ['l10n_eg_production_env', 'l10n_in_edi_production_env', 'l10n_it_edi_register'],
};
const TEST_WORDS = {
  l10n_hr_mer_connection_mode: 'test',
  l10n_hr_mer_connection_state: 'inactive',
  l10n_my_edi_mode: 'test',
  l10n_sa_api_mode: 'sandbox',
  l10n_tr_nilvera_environment: 'sandbox',
};

const AUTHORITY_ACCOUNTS = [
  'account_peppol_migration_key',
  'l10n_eg_client_identifier',
  'l10n_eg_client_secret',
  'l10n_gr_edi_aade_key',
  ...['company_ident', 'password', 'software_ident', 'username'].map((name) => `l10n_hr_mer_${name}`),
  ...['password', 'replacement_key', 'signature_key', 'username'].map((name) => `l10n_hu_edi_${name}`),
  ...['password', 'token', 'token_validity', 'username'].map((name) => `l10n_in_edi_${name}`),
  ...['auth_validity', 'password', 'username'].flatMap((name) => [
    `l10n_in_edi_ewaybill_${name}`,
    `l10n_in_ewaybill_${name}`,
  ]),
  'l10n_jo_edi_client_identifier',
  'l10n_jo_edi_secret_key',
  'l10n_ke_cu_proxy_address',
  ...['access_token', 'certificate', 'refresh_token', 'session_id', 'session_iv', 'session_key'].map(
    (name) => `l10n_pl_edi_${name}`,
  ),
  ...['access_token', 'client_id', 'client_secret', 'refresh_token'].map((name) => `l10n_ro_edi_${name}`),
  'l10n_rs_edi_api_key',
  'l10n_sa_private_key',
  'l10n_tr_nilvera_api_key',
  'l10n_tr_nilvera_purchase_journal_id',
  ...['password', 'token', 'username'].map((name) => `l10n_vn_edi_${name}`),
];

async function authorities(writer: Writer): Promise<void> {
  for (const [value, columns] of Object.entries(TEST_MODES)) {
    for (const column of columns) await force(writer, 'res_company', column, value);
  }
  for (const [column, word] of Object.entries(TEST_WORDS)) {
    await force(writer, 'res_company', column, `'${word}'`, `t."${column}" <> ''`);
  }
  await force(
    writer,
    'res_company',
    'l10n_hu_edi_server_mode',
    "'test'",
    "t.l10n_hu_edi_server_mode NOT IN ('test', 'demo')",
  );
  await forget(writer, 'res_company', AUTHORITY_ACCOUNTS);
  await force(
    writer,
    'account_edi_proxy_client_user',
    'edi_mode',
    "'test'",
    "coalesce(t.edi_mode, '') NOT IN ('demo', 'test')",
  );
  await writer.set(
    'account_edi_proxy_client_user',
    { active: 'false' },
    { where: "t.proxy_type = 'l10n_my_edi' AND t.active", needs: ['proxy_type'] },
  );
  await forget(writer, 'account_edi_proxy_client_user', ['refresh_token', 'private_key']);
  await forget(writer, 'certificate_certificate', ['pkcs12_password']);
  await forget(writer, 'certificate_key', ['password', 'pem_key', 'content']);
  await forget(writer, 'l10n_es_edi_certificate', ['password']);
  await forget(writer, 'l10n_es_edi_facturae_certificate', ['password']);
  await forget(writer, 'l10n_eg_edi_thumb_drive', ['pin']);
  await writer.delete('ir_attachment', {
    where: `t.res_field IS NOT NULL AND t.res_model IN
      ('certificate.key', 'certificate.certificate', 'l10n_es_edi.certificate', 'l10n_es_edi_facturae.certificate')`,
  });
  for (const [key, value] of [
    ['account_peppol.edi.mode', 'demo'],
    ['l10n_dk_nemhandel.edi.mode', 'test'],
    ['l10n_pl_edi_ksef.mode', 'test'],
    ['account_edi_proxy_client.demo', 'true'],
  ]) {
    await writer.set(
      'ir_config_parameter',
      { value: `'${value}'` },
      { where: `t.key = '${key}' AND coalesce(lower(t.value), '') NOT IN ('demo', 'test', 'true')` },
    );
  }
}

async function calendarExchange(writer: Writer): Promise<void> {
  await forget(writer, 'res_users_settings', ['microsoft_last_sync_date']);
  await forget(writer, 'microsoft_calendar_credentials', ['calendar_token', 'calendar_rtoken', 'calendar_sync_token']);
  await force(writer, 'res_users', 'microsoft_synchronization_stopped', 'true');
  for (const provider of ['google', 'microsoft']) {
    await force(writer, 'res_users_settings', `${provider}_synchronization_stopped`, 'true');
    await force(writer, `${provider}_calendar_credentials`, 'synchronization_stopped', 'true');
  }
}

async function websites(writer: Writer): Promise<void> {
  await force(writer, 'website', 'cdn_activated', 'false');
  await force(writer, 'website', 'robots_txt', "E'User-agent: *\\nDisallow: /'");
  await forget(writer, 'website', [
    'google_places_api_key',
    'google_maps_api_key',
    'google_management_client_id',
    'google_management_client_secret',
    'google_analytics_key',
    'plausible_shared_key',
    'website_slide_google_app_key',
    'twitter_api_key',
    'twitter_api_secret',
  ]);
  await forget(writer, 'ir_ui_view', ['visibility_password']);
  await forget(writer, 'mail_ice_server', ['credential']);
  await writer.delete('ir_config_parameter', {
    where: `t.key LIKE 'cloud\\_storage\\_%' OR t.key IN ('website_jitsi.jitsi_server_domain', 'recaptcha_public_key',
      'cf.turnstile_site_key', 'mail.sfu_server_url')`,
  });
}

async function campaigns(writer: Writer): Promise<void> {
  await writer.blank('mailing_mailing', ['mail_server_id']);
  await force(writer, 'marketing_campaign', 'state', "'stopped'", "t.state = 'running'");
  await force(writer, 'marketing_trace', 'state', "'canceled'", "t.state = 'scheduled'");
  await force(writer, 'social_post', 'state', "'draft'", "t.state IN ('scheduled', 'posting')");
  await force(writer, 'whatsapp_message', 'state', "'cancel'", "t.state = 'outgoing'");
  for (const table of ['social_account', 'social_media', 'whatsapp_account']) {
    await forgetNamed(writer, table, /token|secret|key|passw|credential/);
  }
}

async function otherAccounts(writer: Writer): Promise<void> {
  await forget(writer, 'res_company', [
    'sms_twilio_account_sid',
    'sms_twilio_auth_token',
    'gelato_api_key',
    'gelato_webhook_secret',
  ]);
  await forget(writer, 'res_partner_bank', ['l10n_id_qris_api_key', 'l10n_id_qris_mid']);
  await forget(writer, 'hr_employee', ['pin']);
  await forget(writer, 'adyen_account', ['proxy_token', 'adyen_uuid']);
  for (const table of [
    'keychain_account',
    'fs_storage',
    'storage_backend',
    'auth_saml_provider',
    'auth_jwt_validator',
    'auth_api_key',
    'webservice_backend',
    'base_external_dbsource',
  ]) {
    await forgetNamed(
      writer,
      table,
      /key|secret|token|passw|pwd|login|user|credential|account|pem|conn_string|^data$|options$/,
    );
  }
}

/** Tokens that open a document without signing in work on production too. They stay unique, and stay where one has to be. */
async function drawLinksAnew(writer: Writer): Promise<void> {
  const drawn = randomBytes(32).toString('hex');
  for (const table of writer.schema.tables()) {
    if (table === 'website_visitor') continue;
    for (const column of ['access_token', 'invite_token', 'webhook_uuid', 'attendance_kiosk_key']) {
      await writer.set(
        table,
        { [column]: `'copy-' || md5('${drawn}${table}.${column}' || t.id)` },
        { where: `t."${column}" <> '' AND t."${column}" !~ '^copy-[0-9a-f]{32}$'`, needs: [column, 'id'] },
      );
    }
  }
}
