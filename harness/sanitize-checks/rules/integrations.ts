import { isBlank } from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { gone, goneByName } from '../rule-kinds.ts';

/** Tables of OCA modules that hold nothing but accounts elsewhere: keychain, fs_storage, storage_backend, auth_*, webservice, base_external_dbsource. */
const OCA_TABLES = [
  'keychain_account',
  'fs_storage',
  'storage_backend',
  'auth_saml_provider',
  'auth_jwt_validator',
  'auth_api_key',
  'webservice_backend',
  'base_external_dbsource',
];
const KEYS = /key|secret|token|passw|pwd|login|user|credential|account|pem|conn_string|^data$|options$/;

export const integrations: RuleSet = {
  id: 'sanitize.integrations',
  title: 'No paid or foreign service is used in the name of production',
  why: "A click on the copy spends the company's credit, or acts in its name elsewhere.",
  source:
    'Odoo iap, sms_twilio, sale_gelato, l10n_id: data/neutralize.sql and what it leaves; OCA keychain, fs_storage, storage_backend, auth_*, webservice, base_external_dbsource',
  beside: ['tables of OCA connectors: every column named like an account or a key'],
  severity: 'high',
  modules: { iap: ['iap_account'] },
  rules: ({ session: { schema } }) => [
    {
      table: 'iap_account',
      columns: ['account_token'],
      none: `NOT (${isBlank('account_token')} OR t.account_token LIKE '%+disabled')`,
      says: 'accounts for paid services (SMS, letters, enrichment)',
      fix: "Append '+disabled' to iap_account.account_token, as odoo neutralize does.",
      armed: 'secret',
    },
    ...gone('res_company', ['sms_twilio_auth_token', 'sms_twilio_account_sid'], 'accounts that send SMS'),
    ...gone('res_company', ['gelato_api_key', 'gelato_webhook_secret'], 'accounts that print and ship orders'),
    ...gone('res_partner_bank', ['l10n_id_qris_api_key', 'l10n_id_qris_mid'], 'keys that make payment codes'),
    ...gone('hr_employee', ['pin'], "employees' PINs"),
    ...OCA_TABLES.flatMap((table) =>
      goneByName(table, schema.columns(table), KEYS, 'accounts or keys of a service elsewhere'),
    ),
  ],
};
