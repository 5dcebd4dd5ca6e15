import type { Mutation } from './mutations.ts';

/** Values that no output may hold. */
export const SECRETS_PLANTED = ['Geheim-77Qx', 'sk_live_51NwHandel', 'AKIANWHANDEL77777777'] as const;
const [WORD, STRIPE, AWS] = SECRETS_PLANTED;

const made = (type: string, column: string, value: string): Mutation => [
  'sanitize.secrets',
  `acme_settings.${column}`,
  `CREATE TABLE acme_settings (id serial, "${column}" ${type}); INSERT INTO acme_settings ("${column}") VALUES (${value})`,
];

/** Secrets where no rule looks. */
export const secretMutations: readonly Mutation[] = [
  made('varchar', 'api_key', `'${WORD}'`),
  made('varchar', 'ftp_pass', `'${WORD}'`),
  made('text', 'DatevPasswort', `'${WORD}'`),
  made('char(40)', 'door_pin', "'7731'"),
  made('bytea', 'private_key', `'${WORD}'`),
  made('text[]', 'refresh_tokens', `ARRAY['${WORD}']`),
  made('jsonb', 'portal_password', `'{"1": "${WORD}"}'`),
  made('json', 'client_secret', `'"${WORD}"'`),
  made('jsonb', 'options', `'{"login": "erp", "password": "${WORD}"}'`),
  made('text', 'note', `E'-----BEGIN RSA PRIVATE KEY-----\\n${WORD}'`),
  made('text', 'endpoint', `'https://erp:${WORD}@api.nordwind-handel.de/v1'`),
  [
    'sanitize.secrets',
    'acme_settings.shared_key',
    `CREATE DOMAIN secret_text AS text; CREATE TABLE acme_settings (shared_key secret_text);
     INSERT INTO acme_settings VALUES ('${WORD}')`,
  ],
  [
    'sanitize.secrets',
    'vaulted.secret',
    `CREATE SCHEMA vault; CREATE TABLE vault.vaulted (secret text); INSERT INTO vault.vaulted VALUES ('${WORD}')`,
  ],
  [
    'sanitize.secrets',
    'acme_kept.token',
    `CREATE MATERIALIZED VIEW acme_kept AS SELECT '${WORD}'::text AS token; SELECT 1`,
  ],
  [
    'sanitize.secrets',
    'acme_parts.token',
    `CREATE TABLE acme_parts (id int, token text) PARTITION BY RANGE (id);
     CREATE TABLE acme_part PARTITION OF acme_parts FOR VALUES FROM (0) TO (9);
     INSERT INTO acme_parts VALUES (1, '${WORD}')`,
  ],
  [
    'sanitize.secrets',
    'change_password_own.new_password',
    `INSERT INTO change_password_own (new_password) VALUES ('${WORD}')`,
  ],
  [
    'sanitize.secrets',
    'ir_act_server.code',
    `UPDATE ir_act_server SET code = 'pay("${STRIPE}")' WHERE id = (SELECT min(id) FROM ir_act_server)`,
  ],
  [
    'sanitize.secrets',
    'ir_ui_view.arch_db',
    `UPDATE ir_ui_view SET arch_db = '{"en_US": "<t>${AWS}</t>"}' WHERE id = (SELECT min(id) FROM ir_ui_view)`,
  ],
  [
    'sanitize.secrets',
    'ir_config_parameter[acme.door.pin]',
    "INSERT INTO ir_config_parameter (key, value) VALUES ('acme.door.pin', '7731')",
  ],
  [
    'sanitize.secrets',
    'ir_config_parameter[acme.endpoint]',
    `INSERT INTO ir_config_parameter (key, value) VALUES ('acme.endpoint', 'https://erp:${WORD}@api.nordwind-handel.de')`,
  ],
];
