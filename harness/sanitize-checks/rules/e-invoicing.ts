import type { Rule, RuleSet } from '../rule.ts';
import { gone, only } from '../rule-kinds.ts';

/** Columns of a country's module in res_company → the values with which nothing reaches the authority. */
const MODES: Readonly<Record<string, readonly string[]>> = {
  l10n_eg_production_env: ['false', ''],
  l10n_es_edi_test_env: ['true'],
  l10n_es_sii_test_env: ['true'],
  l10n_es_tbai_test_env: ['true'],
  l10n_es_edi_verifactu_test_environment: ['true'],
  l10n_gr_edi_test_env: ['true'],
  l10n_hr_mer_connection_mode: ['test', ''],
  l10n_hr_mer_connection_state: ['inactive', ''],
  l10n_hu_edi_server_mode: ['test', 'demo', ''],
  l10n_in_edi_production_env: ['false', ''],
  l10n_it_edi_register: ['false', ''],
  l10n_my_edi_mode: ['test', ''],
  l10n_ro_edi_test_env: ['true'],
  l10n_rs_edi_demo_env: ['true'],
  l10n_sa_api_mode: ['sandbox', ''],
  l10n_tr_nilvera_environment: ['sandbox', ''],
  l10n_tr_nilvera_use_test_env: ['true'],
  l10n_tw_edi_ecpay_staging_mode: ['true'],
  // OCA l10n-spain
  tbai_test_enabled: ['true'],
  sii_test: ['true'],
  verifactu_test: ['true'],
};

const COMPANY_KEYS = [
  'account_peppol_migration_key',
  'l10n_eg_client_identifier',
  'l10n_eg_client_secret',
  'l10n_gr_edi_aade_key',
  'l10n_hr_mer_company_ident',
  'l10n_hr_mer_password',
  'l10n_hr_mer_software_ident',
  'l10n_hr_mer_username',
  'l10n_hu_edi_password',
  'l10n_hu_edi_replacement_key',
  'l10n_hu_edi_signature_key',
  'l10n_hu_edi_username',
  'l10n_in_edi_password',
  'l10n_in_edi_token',
  'l10n_in_edi_token_validity',
  'l10n_in_edi_username',
  'l10n_in_edi_ewaybill_auth_validity',
  'l10n_in_edi_ewaybill_password',
  'l10n_in_edi_ewaybill_username',
  'l10n_in_ewaybill_auth_validity',
  'l10n_in_ewaybill_password',
  'l10n_in_ewaybill_username',
  'l10n_jo_edi_client_identifier',
  'l10n_jo_edi_secret_key',
  'l10n_ke_cu_proxy_address',
  'l10n_pl_edi_access_token',
  'l10n_pl_edi_certificate',
  'l10n_pl_edi_refresh_token',
  'l10n_pl_edi_session_id',
  'l10n_pl_edi_session_iv',
  'l10n_pl_edi_session_key',
  'l10n_ro_edi_access_token',
  'l10n_ro_edi_client_id',
  'l10n_ro_edi_client_secret',
  'l10n_ro_edi_refresh_token',
  'l10n_rs_edi_api_key',
  'l10n_sa_private_key',
  'l10n_tr_nilvera_api_key',
  'l10n_tr_nilvera_purchase_journal_id',
  'l10n_vn_edi_password',
  'l10n_vn_edi_token',
  'l10n_vn_edi_username',
];

/** Files of these models are private keys, or archives that hold one. */
const KEY_MODELS = [
  'certificate.key',
  'certificate.certificate',
  'l10n_es_edi.certificate',
  'l10n_es_edi_facturae.certificate',
];

const modeParameter = (key: string, values: readonly string[]): Rule => ({
  table: 'ir_config_parameter',
  columns: ['value', 'key'],
  none: `t.key = '${key}' AND coalesce(lower(btrim(t.value)), '') NOT IN (${values.map((each) => `'${each}'`).join(', ')})`,
  says: 'invoices are exchanged with the real network',
  fix: `Set the parameter ${key} to ${values[0]}.`,
  location: `ir_config_parameter[${key}]`,
});

/** Odoo account_edi_proxy_client, certificate, l10n_*_edi*: data/neutralize.sql, and the keys that it leaves; OCA l10n-spain. */
export const eInvoicing: RuleSet = {
  id: 'sanitize.e-invoicing',
  title: 'No invoice reaches an authority or a real network',
  severity: 'critical',
  modules: {
    account_edi_proxy_client: ['account_edi_proxy_client_user'],
    certificate: ['certificate_certificate'],
  },
  rules: () => [
    {
      table: 'account_edi_proxy_client_user',
      columns: ['edi_mode'],
      none: "coalesce(t.edi_mode, '') NOT IN ('demo', 'test')",
      says: 'identities in the real exchange of invoices',
      fix: "Set account_edi_proxy_client_user.edi_mode to 'demo' or 'test'.",
    },
    {
      table: 'account_edi_proxy_client_user',
      columns: ['active', 'proxy_type'],
      none: "t.proxy_type = 'l10n_my_edi' AND t.active IS TRUE",
      says: 'identities in the real exchange of invoices',
      fix: 'Deactivate them.',
    },
    ...gone('account_edi_proxy_client_user', ['refresh_token', 'private_key'], 'keys to the exchange of invoices'),
    ...gone('certificate_certificate', ['pkcs12_password'], 'passwords of certificates'),
    ...gone('certificate_key', ['password', 'pem_key', 'content'], 'private keys of certificates, or their passwords'),
    ...gone('l10n_es_edi_certificate', ['password'], 'passwords of certificates'),
    ...gone('l10n_es_edi_facturae_certificate', ['password'], 'passwords of certificates'),
    ...gone('l10n_eg_edi_thumb_drive', ['pin'], 'PIN of the drive that signs invoices'),
    ...KEY_MODELS.map((model) => ({
      table: 'ir_attachment',
      columns: ['res_model', 'res_field'],
      none: `coalesce(t.res_model = '${model}' AND t.res_field IS NOT NULL, false)`,
      says: 'files with the private key of a certificate',
      fix: `Delete the attachments of ${model}.`,
      location: `ir_attachment[${model}]`,
    })),
    ...Object.entries(MODES).map(([column, values]) =>
      only('res_company', column, values, 'companies report to the real authority'),
    ),
    ...gone('res_company', COMPANY_KEYS, "companies' accounts or keys at an authority"),
    modeParameter('account_peppol.edi.mode', ['demo', 'test']),
    modeParameter('l10n_dk_nemhandel.edi.mode', ['test', 'demo']),
    modeParameter('l10n_pl_edi_ksef.mode', ['test']),
    modeParameter('account_edi_proxy_client.demo', ['true', 'demo', 'test']),
  ],
};
