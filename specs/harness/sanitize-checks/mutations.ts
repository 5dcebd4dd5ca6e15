/** One thing re-armed on a sanitized database: the check that has to say so, and where it has to point. */
export type Mutation = readonly [check: string, location: string, sql: string];

const PERSON = '(SELECT min(id) FROM res_partner WHERE parent_id IS NOT NULL)';
const FIRST = (table: string) => `(SELECT min(id) FROM "${table}")`;

/** One column of one row gets a real value. */
function planted(check: string, table: string, values: Readonly<Record<string, string>>): Mutation[] {
  const row = table === 'res_partner' ? PERSON : FIRST(table);
  return Object.entries(values).map(([column, value]) => [
    check,
    `${table}.${column}`,
    `UPDATE "${table}" SET "${column}" = ${value} WHERE id = ${row}`,
  ]);
}

const wires: Mutation[] = [
  [
    'sanitize.mail-servers',
    'ir_mail_server.active',
    `INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_authentication, smtp_encryption, active)
     VALUES ('x', 'smtp.nordwind-handel.de', 25, 'login', 'none', true)`,
  ],
  ['sanitize.mail-servers', 'ir_mail_server.active', 'UPDATE ir_mail_server SET active = true'],
  ['sanitize.mail-servers', 'ir_mail_server.active', 'UPDATE ir_mail_server SET active = false'],
  ['sanitize.mail-servers', 'ir_mail_server.active', 'DELETE FROM ir_mail_server'],
  [
    'sanitize.mail-servers',
    'ir_mail_server.active',
    "UPDATE ir_mail_server SET smtp_host = 'invalid.nordwind-handel.de'",
  ],
  [
    'sanitize.mail-servers',
    'ir_mail_server.active',
    "UPDATE ir_mail_server SET smtp_host = NULL WHERE smtp_host = 'invalid'",
  ],
  ...planted('sanitize.mail-servers', 'ir_mail_server', {
    smtp_user: "'erp'",
    smtp_pass: "'geheim'",
    smtp_ssl_private_key: "'key'::bytea",
    google_gmail_access_token: "'t'",
    google_gmail_refresh_token: "'t'",
    microsoft_outlook_access_token: "'t'",
    microsoft_outlook_refresh_token: "'t'",
  }),
  [
    'sanitize.mail-servers',
    'ir_mail_server.owner_user_id',
    "UPDATE ir_mail_server SET owner_user_id = 2 WHERE smtp_host = 'invalid'",
  ],
  [
    'sanitize.mail-servers',
    'mail_template.mail_server_id',
    'UPDATE mail_template SET mail_server_id = (SELECT min(id) FROM ir_mail_server) WHERE id = (SELECT min(id) FROM mail_template)',
  ],
  ...planted('sanitize.incoming-mail', 'fetchmail_server', {
    active: 'true',
    password: "'geheim'",
    user: "'erp'",
    google_gmail_refresh_token: "'t'",
    microsoft_outlook_refresh_token: "'t'",
  }),
  ...planted('sanitize.waiting-mail', 'mail_mail', { state: "'outgoing'" }),
  ...planted('sanitize.waiting-mail', 'mail_mail', { state: "'exception'" }),
  ...planted('sanitize.waiting-mail', 'sms_sms', { state: "'outgoing'" }),
  ...planted('sanitize.waiting-mail', 'snailmail_letter', { state: "'pending'" }),
  [
    'sanitize.waiting-mail',
    'mail_message_schedule',
    `INSERT INTO mail_message_schedule (mail_message_id, scheduled_datetime) VALUES (${FIRST('mail_message')}, now())`,
  ],
  [
    'sanitize.waiting-mail',
    'mail_scheduled_message',
    "INSERT INTO mail_scheduled_message (res_id, author_id, model, scheduled_date) VALUES (1, 3, 'res.partner', now())",
  ],
  [
    'sanitize.waiting-mail',
    'mail_push_device',
    "INSERT INTO mail_push_device (partner_id, endpoint, keys) VALUES (3, 'https://push.example.com', '{}')",
  ],
  [
    'sanitize.crons',
    'ir_cron.active',
    `UPDATE ir_cron SET active = true WHERE id = (SELECT res_id FROM ir_model_data
      WHERE module = 'mail' AND name = 'ir_cron_mail_scheduler_action')`,
  ],
  [
    'sanitize.crons',
    'ir_cron_trigger',
    `INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT res_id, now() FROM ir_model_data
      WHERE module = 'mail' AND name = 'ir_cron_mail_scheduler_action'`,
  ],
  [
    'sanitize.webhooks',
    'ir_act_server.webhook_url',
    "UPDATE ir_act_server SET webhook_url = 'https://hooks.nordwind-handel.de' WHERE state = 'webhook'",
  ],
  ...[
    'https://erp.nordwind-handel.de',
    'http://172.20.0.9',
    'http://172.20.0.90:8069',
    'https://172.20.0.9:8069',
    '',
  ].map(
    (url): Mutation => [
      'sanitize.base-url',
      'ir_config_parameter[web.base.url]',
      `UPDATE ir_config_parameter SET value = '${url}' WHERE key = 'web.base.url'`,
    ],
  ),
  [
    'sanitize.base-url',
    'ir_config_parameter[web.base.url]',
    "DELETE FROM ir_config_parameter WHERE key = 'web.base.url'",
  ],
  [
    'sanitize.base-url',
    'ir_config_parameter[web.base.url.freeze]',
    "DELETE FROM ir_config_parameter WHERE key = 'web.base.url.freeze'",
  ],
  [
    'sanitize.base-url',
    'ir_config_parameter[web.base.url.freeze]',
    "UPDATE ir_config_parameter SET value = '' WHERE key = 'web.base.url.freeze'",
  ],
  [
    'sanitize.base-url',
    'ir_config_parameter[report.url]',
    "INSERT INTO ir_config_parameter (key, value) VALUES ('report.url', 'https://erp.nordwind-handel.de')",
  ],
  ...planted('sanitize.base-url', 'website', { domain: "'https://shop.nordwind-handel.de'" }),
  [
    'sanitize.neutralized',
    'ir_config_parameter[database.is_neutralized]',
    "DELETE FROM ir_config_parameter WHERE key = 'database.is_neutralized'",
  ],
  [
    'sanitize.neutralized',
    'ir_config_parameter[database.is_neutralized]',
    "UPDATE ir_config_parameter SET value = 'false' WHERE key = 'database.is_neutralized'",
  ],
  [
    'sanitize.neutralized',
    'ir_ui_view.active',
    "UPDATE ir_ui_view SET active = false WHERE key = 'web.neutralize_banner'",
  ],
  [
    'sanitize.neutralized',
    'ir_ui_view.active',
    "UPDATE ir_ui_view SET active = false WHERE key = 'website.neutralize_ribbon'",
  ],
  ...planted('sanitize.payment', 'payment_provider', {
    state: "'enabled'",
    stripe_publishable_key: "'pk_live_1'",
    stripe_secret_key: "'sk_live_1'",
    stripe_webhook_secret: "'whsec_1'",
  }),
  ...planted('sanitize.payment', 'payment_token', {
    provider_ref: "'pm_1'",
    stripe_mandate: "'m'",
    stripe_payment_method: "'pm'",
  }),
  [
    'sanitize.payment',
    'payment_provider.acme_api_key',
    "ALTER TABLE payment_provider ADD acme_api_key varchar; UPDATE payment_provider SET acme_api_key = 'live'",
  ],
];

const credentials: Mutation[] = [
  [
    'sanitize.credentials',
    'res_users_apikeys',
    "INSERT INTO res_users_apikeys (name, user_id, scope, index, key) VALUES ('x', 2, 'rpc', 'a1b2c3d4', 'k')",
  ],
  [
    'sanitize.credentials',
    'auth_totp_device',
    "INSERT INTO auth_totp_device (name, user_id, scope, index, key) VALUES ('x', 2, 'browser', 'a1b2c3d4', 'k')",
  ],
  [
    'sanitize.credentials',
    'auth_passkey_key',
    "INSERT INTO auth_passkey_key (name, credential_identifier) VALUES ('x', 'y')",
  ],
  [
    'sanitize.credentials',
    'res_device_log',
    "INSERT INTO res_device_log (user_id, session_identifier) VALUES (2, 'x')",
  ],
  ...planted('sanitize.credentials', 'res_users', { totp_secret: "'JBSWY3DP'" }),
  [
    'sanitize.credentials',
    'res_users.password',
    "UPDATE res_users SET password = '$pbkdf2-sha512$1000$c2FsdHNhbHQ$' || repeat('A', 86) WHERE login = 'admin'",
  ],
  ['sanitize.credentials', 'res_users.password', "UPDATE res_users SET password = 'admin' WHERE login = 'admin'"],
  [
    'sanitize.credentials',
    'res_users.password',
    "UPDATE res_users SET password = '$argon2id$v=19$x' WHERE login = 'admin'",
  ],
  [
    'sanitize.credentials',
    'res_users.password',
    "UPDATE res_users SET password = '$pbkdf2-sha512$9999999$c2FsdHNhbHQ$' || repeat('A', 86) WHERE login = 'admin'",
  ],
  [
    'sanitize.credentials',
    'res_users.password',
    "UPDATE res_users SET password = '$pbkdf2-sha512$600000$c2FsdHNhbHQ$' || repeat(chr(65 + id), 86)",
  ],
  [
    'sanitize.credentials',
    'ir_config_parameter[database.secret]',
    "UPDATE ir_config_parameter SET write_date = create_date WHERE key = 'database.secret'",
  ],
  [
    'sanitize.credentials',
    'ir_config_parameter[database.secret]',
    "UPDATE ir_config_parameter SET value = '' WHERE key = 'database.secret'",
  ],
  ...[
    'google_calendar_client_secret',
    'unsplash.access_key',
    'sms_twilio.auth_token',
    'shop.api_key',
    'database.enterprise_code',
  ].map(
    (key): Mutation => [
      'sanitize.credentials',
      'ir_config_parameter.value',
      `INSERT INTO ir_config_parameter (key, value) VALUES ('${key}', 'NW-live-77')`,
    ],
  ),
];

const people: Mutation[] = [
  ...planted('sanitize.users', 'res_users', { signature: "'<div>Ingrid Achterberg</div>'" }),
  [
    'sanitize.users',
    'res_users.login',
    "UPDATE res_users SET login = 'ingrid@nordwind-handel.de' WHERE login = 'admin'",
  ],
  ['sanitize.users', 'res_users.login', "UPDATE res_users SET login = 'ingrid@example.com' WHERE login = 'admin'"],
  ['sanitize.users', 'res_users.login', "UPDATE res_users SET login = 'public2' WHERE login = 'public'"],
  [
    'sanitize.users',
    'res_users.out_of_office_message',
    "UPDATE res_users SET out_of_office_message = '<p>Ferien</p>' WHERE id = 2",
  ],
  ...planted('sanitize.partners', 'res_partner', {
    name: "'Ingrid Achterberg'",
    complete_name: "'Company 0A1B2C3D4E5F, Ingrid Achterberg'",
    commercial_company_name: "'Achterberg Logistik GmbH'",
    company_name: "'Achterberg Logistik GmbH'",
    email: "'ingrid.achterberg@example.com'",
    email_normalized: "'contact-0a1b2c3d4e5f@nordwind-handel.de'",
    phone: "'+49 4131 770001'",
    phone_sanitized: "'+494131770001'",
    street: "'Hafenstieg 4'",
    street2: "'Hinterhaus'",
    zip: "'21335'",
    city: "'Lüneburg'",
    vat: "'DE811223301'",
    company_registry: "'HRB 1234'",
    ref: "'K-17'",
    website: "'https://www.achterberg.de'",
    function: "'Einkauf'",
    comment: "'<p>anrufen</p>'",
    peppol_endpoint: "'9930:DE811223301'",
    barcode: `'{"1": "0421234567890"}'::jsonb`,
    picking_warn_msg: "'Hund'",
    purchase_warn_msg: "'zahlt spät'",
    sale_warn_msg: "'zahlt spät'",
    partner_latitude: '53.2',
    partner_longitude: '10.4',
  }),
  ['sanitize.partners', 'res_partner.name', `UPDATE res_partner SET name = 'OdooBot' WHERE id = ${PERSON}`],
  [
    'sanitize.partners',
    'res_partner.phone',
    `UPDATE res_partner SET phone = '+1 202-555-0142 Ingrid' WHERE id = ${PERSON}`,
  ],
  ['sanitize.partners', 'res_partner.email', "UPDATE res_partner SET email = 'x@nordwind-handel.de' WHERE id = 1"],
  ...planted('sanitize.partners', 'res_partner_bank', {
    acc_number: "'DE89 3704 0044 0532 0130 00'",
    sanitized_acc_number: "'DE89370400440532013000'",
    acc_holder_name: "'Ingrid Achterberg'",
    note: "'privat'",
    clearing_number: "'123'",
  }),
  ...planted('sanitize.partners', 'res_company', { email: "'kontakt@nordwind-handel.de'", phone: "'+49 4131 770000'" }),
  [
    'sanitize.partners',
    'ir_attachment[res.partner]',
    `INSERT INTO ir_attachment (name, type, res_model, res_field, res_id) VALUES ('image_1920', 'binary', 'res.partner', 'image_1920', ${PERSON})`,
  ],
  ...planted('sanitize.documents', 'crm_lead', {
    name: "'Anfrage Achterberg'",
    contact_name: "'Ingrid Achterberg'",
    partner_name: "'Achterberg GmbH'",
    email_from: "'ingrid@nordwind-handel.de'",
    email_normalized: "'ingrid@nordwind-handel.de'",
    email_domain_criterion: "'@nordwind-handel.de'",
    email_cc: "'a@nordwind-handel.de'",
    phone: "'+49 4131 770001'",
    phone_sanitized: "'+494131770001'",
    street: "'Hafenstieg 4'",
    street2: "'x'",
    zip: "'21335'",
    city: "'Lüneburg'",
    website: "'https://achterberg.de'",
    function: "'Einkauf'",
    referred: "'Ingrid'",
    description: "'<p>Ingrid</p>'",
  }),
  ...planted('sanitize.documents', 'account_move', {
    invoice_partner_display_name: "'Achterberg GmbH, Ingrid'",
    invoice_source_email: "'ingrid@nordwind-handel.de'",
    narration: "'<p>Ingrid</p>'",
    sending_data: `'{"author": "Ingrid"}'::jsonb`,
  }),
  [
    'sanitize.documents',
    'account_move_line.name',
    'UPDATE account_move_line SET name = $$Zahlung Achterberg$$ WHERE statement_line_id IS NOT NULL',
  ],
  ...planted('sanitize.documents', 'account_bank_statement_line', {
    account_number: "'DE89370400440532013000'",
    partner_name: "'Ingrid Achterberg'",
    payment_ref: "'Achterberg'",
    transaction_details: `'{"name": "Ingrid"}'::jsonb`,
  }),
  ...planted('sanitize.documents', 'account_payment', { memo: "'Achterberg'" }),
  ...planted('sanitize.documents', 'payment_transaction', {
    partner_name: "'Ingrid Achterberg'",
    partner_email: "'ingrid@nordwind-handel.de'",
    partner_phone: "'+49 4131 770001'",
    partner_address: "'Hafenstieg 4'",
    partner_zip: "'21335'",
    partner_city: "'Lüneburg'",
  }),
  ...planted('sanitize.documents', 'payment_token', { payment_details: "'Visa Achterberg'" }),
  ...planted('sanitize.documents', 'sale_order', {
    note: "'<p>x</p>'",
    signed_by: "'Ingrid'",
    client_order_ref: "'Ingrid'",
  }),
  ...planted('sanitize.documents', 'purchase_order', { note: "'<p>x</p>'", partner_ref: "'Ingrid'" }),
  ...planted('sanitize.documents', 'stock_picking', { note: "'<p>x</p>'" }),
  ...planted('sanitize.documents', 'calendar_event', {
    name: "'Termin mit Ingrid'",
    location: "'Hafenstieg'",
    videocall_location: "'https://meet'",
    description: "'<p>x</p>'",
    notes: "'<p>x</p>'",
  }),
  ...planted('sanitize.documents', 'calendar_attendee', { common_name: "'Ingrid Achterberg'" }),
  ...planted('sanitize.messages', 'mail_message', {
    subject: "'Ihre Anfrage'",
    body: "'<p>Ingrid</p>'",
    email_from: `'"Ingrid" <contact-0a1b2c3d4e5f@example.com>'`,
    reply_to: "'ingrid@nordwind-handel.de'",
    incoming_email_to: "'a@nordwind-handel.de'",
    incoming_email_cc: "'a@nordwind-handel.de'",
    outgoing_email_to: "'a@nordwind-handel.de'",
  }),
  ...planted('sanitize.messages', 'mail_tracking_value', {
    old_value_char: "'Ingrid'",
    new_value_char: "'Ingrid'",
    old_value_text: "'Ingrid'",
    new_value_text: "'Ingrid'",
  }),
  ...planted('sanitize.messages', 'mail_mail', {
    body_html: "'<p>Ingrid</p>'",
    email_to: "'ingrid@nordwind-handel.de'",
    email_cc: "'ingrid@nordwind-handel.de'",
    headers: '\'{"X-To": "ingrid"}\'',
    failure_reason: "'550 ingrid'",
  }),
  ...planted('sanitize.messages', 'mail_activity', {
    summary: "'Ingrid'",
    note: "'<p>x</p>'",
    feedback: "'x'",
    res_name: "'Ingrid'",
  }),
  ...planted('sanitize.messages', 'mail_notification', {
    mail_email_address: "'ingrid@nordwind-handel.de'",
    sms_number: "'+494131770001'",
    failure_reason: "'550 ingrid'",
  }),
  ...planted('sanitize.messages', 'mail_guest', { name: "'Ingrid'", email: "'ingrid@nordwind-handel.de'" }),
  [
    'sanitize.messages',
    'mail_blacklist.email',
    "INSERT INTO mail_blacklist (email) VALUES ('ingrid@nordwind-handel.de')",
  ],
  ['sanitize.messages', 'phone_blacklist.number', "INSERT INTO phone_blacklist (number) VALUES ('+494131770001')"],
  [
    'sanitize.messages',
    'discuss_channel.name',
    "UPDATE discuss_channel SET name = 'Ingrid, Ruben' WHERE channel_type = 'chat'",
  ],
  ...planted('sanitize.messages', 'sms_sms', { number: "'+494131770001'", body: "'Hallo Ingrid'" }),
  ...planted('sanitize.messages', 'snailmail_letter', { street: "'Hafenstieg 4'", zip: "'21335'", city: "'Lüneburg'" }),
  ...planted('sanitize.messages', 'ir_attachment', { index_content: "'Rechnung Ingrid'" }),
];

export const mutations: readonly Mutation[] = [...wires, ...credentials, ...people];
