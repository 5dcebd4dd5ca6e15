import { randomUUID } from 'node:crypto';
import { foreignServices } from './foreign-services.ts';
import type { Writer } from './writer.ts';

/** Odoo rewrites web.base.url at an administrator's login unless web.base.url.freeze is set (base/models/res_users.py). */
export async function freezeBaseUrl(writer: Writer, baseUrl: URL): Promise<void> {
  await writer.setParameter('web.base.url', baseUrl.href.replace(/\/+$/, ''));
  await writer.setParameter('web.base.url.freeze', 'True');
  await writer.delete('ir_config_parameter', { where: "t.key = 'report.url'" });
  await writer.blank('website', ['domain']);
}

const MAIL_TOKENS = [
  'google_gmail_access_token',
  'google_gmail_refresh_token',
  'google_gmail_authorization_code',
  'microsoft_outlook_access_token',
  'microsoft_outlook_refresh_token',
];

/** Per module payment_*: what its neutralize.sql sets from 16 on, and what that leaves. */
const PROVIDER_KEYS = {
  adyen: [
    'merchant_account',
    'skin_code',
    'skin_hmac_key',
    'api_key',
    'client_key',
    'hmac_key',
    'checkout_api_url',
    'recurring_api_url',
  ],
  alipay: ['merchant_partner_id', 'md5_signature_key', 'seller_email'],
  aps: ['merchant_identifier', 'access_code', 'sha_request', 'sha_response'],
  asiapay: ['merchant_id', 'secure_hash_secret'],
  authorize: ['login', 'transaction_key', 'signature_key', 'client_key'],
  brq: ['websitekey', 'secretkey'],
  buckaroo: ['website_key', 'secret_key', 'secretkey', 'websitekey'],
  dpo: ['company_token', 'service_ref'],
  flutterwave: ['public_key', 'secret_key', 'webhook_secret'],
  iyzico: ['key_id', 'key_secret'],
  mercado_pago: ['access_token', 'refresh_token', 'public_key'],
  mollie: ['api_key'],
  nuvei: ['merchant_identifier', 'site_identifier', 'secret_key'],
  odoo: ['adyen_account_id', 'adyen_payout_id'],
  ogone: ['pspid', 'userid', 'password', 'shakey_in', 'shakey_out', 'hash_function'],
  paymob: ['api_key', 'hmac_key', 'public_key', 'secret_key'],
  paypal: [
    'email_account',
    'seller_account',
    'pdt_token',
    'client_id',
    'client_secret',
    'access_token',
    'access_token_expiry',
    'webhook_id',
  ],
  payulatam: ['merchant_id', 'account_id', 'api_key'],
  payumoney: ['merchant_key', 'merchant_salt'],
  razorpay: [
    'key_id',
    'key_secret',
    'webhook_secret',
    'account_id',
    'access_token',
    'refresh_token',
    'public_token',
    'access_token_expiry',
  ],
  redsys: ['merchant_code', 'merchant_terminal', 'secret_key'],
  sips: ['merchant_id', 'secret'],
  stripe: ['publishable_key', 'secret_key', 'webhook_secret'],
  worldline: ['pspid', 'api_key', 'api_secret', 'webhook_key', 'webhook_secret'],
  xendit: ['public_key', 'secret_key', 'webhook_token'],
};

const LIVE_PARAMETERS = [
  'database.enterprise_code',
  'google_calendar_client_id',
  'google_calendar_client_secret',
  'microsoft_calendar_client_id',
  'microsoft_calendar_client_secret',
  'google_gmail_client_id',
  'google_gmail_client_secret',
  'microsoft_outlook_client_id',
  'microsoft_outlook_client_secret',
  'microsoft_account_client_id',
  'microsoft_account_client_secret',
  'google_drive_client_id',
  'google_drive_client_secret',
  'google_drive_authorization_code',
  'google_drive_refresh_token',
  'google_redirect_uri',
  'sms_twilio.account_sid',
  'sms_twilio.auth_token',
  'unsplash.access_key',
  'unsplash.app_id',
  'google_translate_api_key',
  'discuss.tenor_api_key',
  'base_geolocalize.google_map_api_key',
  'base_geolocalize.api_key',
  'mail.web_push_vapid_private_key',
  'mail.web_push_vapid_public_key',
  'mail.sfu_server_key',
  'mail.twilio_account_sid',
  'mail.twilio_account_token',
  'mail.google_translate_api_key',
  'recaptcha_private_key',
  'cf.turnstile_secret_key',
  'website_slides.google_app_key',
  'cloud_storage_google_account_info',
  'cloud_storage_azure_client_secret',
];

/** Live wires that neutralization does not cut: stored credentials, queues, tokens, the secret that signs sessions. */
export async function leftovers(writer: Writer): Promise<void> {
  await mail(writer);
  await payments(writer);
  await accounts(writer);
  await foreignServices(writer);
  const keys = LIVE_PARAMETERS.map((key) => `'${key}'`).join(', ');
  await writer.delete('ir_config_parameter', { where: `t.key IN (${keys})` });
  await writer.setParameter('database.secret', randomUUID());
  await writer.setParameter('database.uuid', randomUUID());
}

async function mail(writer: Writer): Promise<void> {
  await writer.blank('ir_mail_server', [
    'smtp_user',
    'smtp_pass',
    'smtp_ssl_certificate',
    'smtp_ssl_private_key',
    ...MAIL_TOKENS,
  ]);
  await writer.blank('fetchmail_server', ['user', 'password', ...MAIL_TOKENS]);
  await writer.set('mail_mail', { state: "'cancel'" }, { where: "t.state IN ('outgoing', 'exception')" });
  await writer.set('sms_sms', { state: "'canceled'" }, { where: "t.state IN ('outgoing', 'error')" });
  await writer.set('snailmail_letter', { state: "'canceled'" }, { where: "t.state IN ('pending', 'error')" });
  await writer.set('mailing_mailing', { state: "'draft'" }, { where: "t.state IN ('in_queue', 'sending')" });
  for (const queue of [
    'mail_message_schedule',
    'mail_scheduled_message',
    'mail_push',
    'mail_push_device',
    'mail_notification_web_push',
    'mail_partner_device',
  ]) {
    await writer.delete(queue);
  }
  await writer.delete('ir_cron_trigger', {
    where: `t.cron_id NOT IN (SELECT res_id FROM ir_model_data
              WHERE model = 'ir.cron' AND module = 'base' AND name = 'autovacuum_job')`,
  });
  await writer.set('queue_job', { state: "'cancelled'" }, { where: "t.state NOT IN ('done', 'cancelled', 'failed')" });
}

async function payments(writer: Writer): Promise<void> {
  const keys = Object.entries(PROVIDER_KEYS).flatMap(([code, names]) => names.map((name) => `${code}_${name}`));
  await writer.blank('payment_provider', keys);
  await writer.blank('payment_acquirer', keys);
  // Tokens can't be deleted: transactions refer to them, and provider_ref is required.
  await writer.set('payment_token', { provider_ref: "'neutralized'", acquirer_ref: "'neutralized'", active: 'false' });
  await writer.blank('payment_token', [
    'adyen_shopper_reference',
    'authorize_profile',
    'flutterwave_customer_email',
    'mercado_pago_customer_id',
    'stripe_mandate',
    'stripe_payment_method',
    'stripe_profile',
  ]);
  await writer.blank('payment_transaction', ['stripe_payment_intent_secret', 'html_3ds']);
}

async function accounts(writer: Writer): Promise<void> {
  // The last ones are wizards, which keep for a day what was typed into them.
  for (const table of [
    'res_users_apikeys',
    'auth_totp_device',
    'auth_passkey_key',
    'res_device_log',
    'res_config_settings',
    'change_password_own',
    'change_password_user',
    'auth_totp_wizard',
    'calendar_provider_config',
  ]) {
    await writer.delete(table);
  }
  await writer.blank('res_users', [
    'totp_secret',
    'oauth_access_token',
    'microsoft_calendar_token',
    'microsoft_calendar_rtoken',
    'microsoft_calendar_sync_token',
    'google_calendar_token',
    'google_calendar_rtoken',
    'google_calendar_sync_token',
  ]);
  await writer.blank('res_users_settings', [
    'google_calendar_token',
    'google_calendar_rtoken',
    'google_calendar_sync_token',
    'microsoft_calendar_sync_token',
  ]);
  await writer.blank('google_calendar_credentials', ['calendar_token', 'calendar_rtoken', 'calendar_sync_token']);
  await writer.blank('res_partner', ['signup_token', 'signup_type', 'signup_expiration']);
  await writer.blank('res_company_ldap', ['ldap_password']);
  await writer.set('auth_oauth_provider', { enabled: 'false' }, { where: 't.enabled' });
  await writer.set(
    'iap_account',
    { account_token: "split_part(t.account_token, '+', 1) || '+disabled'" },
    { where: "t.account_token NOT LIKE '%+disabled'" },
  );
}
