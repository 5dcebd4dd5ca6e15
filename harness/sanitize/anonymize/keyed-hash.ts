import { createHash } from 'node:crypto';
import type { Client } from 'pg';

/**
 * Makes the functions that pseudonyms are drawn with, for the connection's time: `pg_temp.code` gives 12 hex digits of
 * HMAC-SHA-256 (RFC 2104) over a value in lower case, without surrounding space. No extension is needed.
 */
export async function createKeyedHash(client: Client, key: string): Promise<void> {
  const { inner, outer } = hmacPads(key);
  const define = (name: string, type: string, body: string) =>
    // One SELECT, so that Postgres puts it in place of the call.
    client.query(
      `CREATE OR REPLACE FUNCTION pg_temp.${name}(value text) RETURNS ${type} LANGUAGE sql STABLE AS $body$ SELECT ${body} $body$`,
    );
  const hash = `sha256('\\x${outer}'::bytea || sha256('\\x${inner}'::bytea || convert_to(lower(btrim(value)), 'UTF8')))`;
  await define('code', 'text', `encode(substr(${hash}, 1, 6), 'hex')`);
  await define('number', 'int', `('x' || encode(substr(${hash}, 1, 4), 'hex'))::bit(28)::int`);
}

function hmacPads(key: string): { inner: string; outer: string } {
  const block = Buffer.alloc(64);
  const bytes = Buffer.from(key, 'utf8');
  (bytes.length > 64 ? createHash('sha256').update(bytes).digest() : bytes).copy(block);
  const xor = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString('hex');
  return { inner: xor(0x36), outer: xor(0x5c) };
}
