import type { Armed } from '../../sanitize-checks/rule.ts';
import type { Plant } from '../planting.ts';

/**
 * Columns of modules that rules know by their names alone: where the module is not there, nothing says that they could
 * be. Made as the module makes them.
 */
function columnsOf(check: string, table: string, columns: Readonly<Record<string, Armed>>): Plant[] {
  return Object.entries(columns).map(([column, armed]) => ({ check, table, column, armed }));
}
const secrets = (check: string, table: string, columns: readonly string[]) =>
  columnsOf(check, table, Object.fromEntries(columns.map((column) => [column, 'secret'])));

const KEY_MODELS = [
  'certificate.key',
  'certificate.certificate',
  'l10n_es_edi.certificate',
  'l10n_es_edi_facturae.certificate',
];

export const modulePlants: readonly Plant[] = [
  // A module that nobody has listed.
  ...['payment_provider', 'payment_acquirer'].flatMap((table) =>
    secrets('sanitize.payment', table, [
      'acme_api_key',
      'stripe_secret_key',
      'adyen_client_key',
      'paypal_access_token',
    ]),
  ),
  ...secrets('sanitize.payment', 'payment_token', ['stripe_mandate', 'stripe_payment_method']),
  ...secrets('sanitize.delivery', 'delivery_carrier', [
    'easypost_production_api_key',
    'ups_passwd',
    'acme_license_key',
  ]),
  {
    check: 'sanitize.delivery',
    table: 'delivery_carrier',
    column: 'active',
    armed: { oneOf: ['true'] },
    beside: { delivery_type: ['varchar', "'ups'"] },
  },
  ...secrets('sanitize.point-of-sale', 'pos_payment_method', [
    'adyen_api_key',
    'mp_bearer_token',
    'viva_com_client_secret',
    'dpopay_bearer_token',
    'glory_password',
    'qfpay_pos_key',
  ]),
  ...columnsOf('sanitize.point-of-sale', 'pos_payment_method', {
    adyen_test_mode: { otherThan: ['true'] },
    pine_labs_test_mode: { otherThan: ['true'] },
  }),
  ...secrets('sanitize.integrations', 'keychain_account', ['clear_password', 'login']),
  ...secrets('sanitize.integrations', 'fs_storage', ['options']),
  ...['storage_backend', 'auth_saml_provider', 'auth_jwt_validator', 'auth_api_key', 'webservice_backend'].flatMap(
    (table) => secrets('sanitize.integrations', table, ['secret_key']),
  ),
  ...secrets('sanitize.integrations', 'base_external_dbsource', ['conn_string', 'password']),
  ...secrets('sanitize.marketing', 'whatsapp_account', ['token', 'app_secret']),
  ...secrets('sanitize.marketing', 'social_account', ['facebook_access_token']),
  ...secrets('sanitize.marketing', 'social_media', ['twitter_consumer_key', 'csrf_token']),
  ...['sale_order', 'base_automation', 'survey_user_input', 'acme_document'].flatMap((table) =>
    secrets('sanitize.shared-links', table, ['access_token', 'invite_token', 'webhook_uuid']),
  ),
  ...secrets('sanitize.shared-links', 'res_company', ['attendance_kiosk_key']),
  {
    check: 'sanitize.e-invoicing',
    table: 'account_edi_proxy_client_user',
    column: 'active',
    armed: { oneOf: ['true'] },
    beside: { proxy_type: ['varchar', "'l10n_my_edi'"], edi_mode: ['varchar', "'test'"] },
  },
  ...KEY_MODELS.map(
    (model): Plant => ({
      check: 'sanitize.e-invoicing',
      table: 'ir_attachment',
      column: 'res_model',
      location: `ir_attachment[${model}]`,
      armed: { oneOf: [model] },
      beside: { res_field: ['varchar', "'content'"] },
    }),
  ),
];
