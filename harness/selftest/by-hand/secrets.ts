import pg from 'pg';
import { byHand, type Mutation } from '../mutation.ts';

const CHECK = 'sanitize.secrets';
const WORD = 'Nw77Qx-geheim';
// Of the formats of Stripe and AWS.
const STRIPE = 'sk_live_51Nw77Qx-geheim';
const AWS = 'AKIANW77QXGEHEIM7777';

/** A column of a table that nobody knows. All stand beside each other: the census is slow, and tells each place by itself. */
function inATable(type: string, column: string, value: string): Mutation {
  const name = pg.escapeIdentifier(column);
  return {
    ...byHand(CHECK, `acme_settings.${column}`, `INSERT INTO acme_settings (${name}) VALUES (${value})`),
    kind: `CREATE, INSERT ${type}`,
    prelude: ['CREATE TABLE acme_settings (id serial)', `ALTER TABLE acme_settings ADD COLUMN ${name} ${type}`],
    group: CHECK,
  };
}
const elsewhere = (location: string, sql: string): Mutation => ({ ...byHand(CHECK, location, sql), group: CHECK });

/** Secrets where no rule looks, in every type that can hold one. */
export const secrets: readonly Mutation[] = [
  inATable('varchar', 'api_key', `'${WORD}'`),
  inATable('varchar', 'ftp_pass', `'${WORD}'`),
  inATable('text', 'DatevPasswort', `'${WORD}'`),
  inATable('char(40)', 'door_pin', "'7731'"),
  inATable('bytea', 'private_key', `'${WORD}'`),
  inATable('text[]', 'refresh_tokens', `ARRAY['${WORD}']`),
  inATable('jsonb', 'portal_password', `'{"1": "${WORD}"}'`),
  inATable('json', 'client_secret', `'"${WORD}"'`),
  inATable('jsonb', 'options', `'{"login": "erp", "password": "${WORD}"}'`),
  inATable('text', 'note', `E'-----BEGIN RSA PRIVATE KEY-----\\n${WORD}'`),
  inATable('text', 'endpoint', `'https://erp:${WORD}@api.nordwind-handel.de/v1'`),
  elsewhere(
    'acme_vault.shared_key',
    `CREATE DOMAIN secret_text AS text; CREATE TABLE acme_vault (shared_key secret_text);
     INSERT INTO acme_vault VALUES ('${WORD}')`,
  ),
  elsewhere(
    'vaulted.secret',
    `CREATE SCHEMA vault; CREATE TABLE vault.vaulted (secret text); INSERT INTO vault.vaulted VALUES ('${WORD}')`,
  ),
  elsewhere('acme_kept.token', `CREATE MATERIALIZED VIEW acme_kept AS SELECT '${WORD}'::text AS token`),
  elsewhere(
    'acme_parts.token',
    `CREATE TABLE acme_parts (id int, token text) PARTITION BY RANGE (id);
     CREATE TABLE acme_part PARTITION OF acme_parts FOR VALUES FROM (0) TO (9);
     INSERT INTO acme_parts VALUES (1, '${WORD}')`,
  ),
  elsewhere(
    'ir_act_server.code',
    `UPDATE ir_act_server SET code = 'pay("${STRIPE}")' WHERE id = (SELECT min(id) FROM ir_act_server)`,
  ),
  elsewhere(
    'ir_ui_view.arch_db',
    `UPDATE ir_ui_view SET arch_db = '{"en_US": "<t>${AWS}</t>"}' WHERE id = (SELECT min(id) FROM ir_ui_view)`,
  ),
  elsewhere(
    'ir_config_parameter[acme.door.pin]',
    "INSERT INTO ir_config_parameter (key, value) VALUES ('acme.door.pin', '7731')",
  ),
  elsewhere(
    'ir_config_parameter[acme.endpoint]',
    `INSERT INTO ir_config_parameter (key, value) VALUES ('acme.endpoint', 'https://erp:${WORD}@api.nordwind-handel.de')`,
  ),
];
