import type pg from 'pg';

/** About what one row of `mail_message` takes, in bytes. */
const MESSAGE = 2_000;
const SENTENCES = 30_000;
const PARAGRAPHS = 20_011;

/**
 * Adds about as many MB of messages and partners as asked for: sentences drawn from the words of the database itself,
 * with markup, accents, entities, numbers, and people who are no one's.
 */
export async function growDatabase(client: pg.Client, megabytes: number): Promise<void> {
  const messages = Math.round((megabytes * 1e6 * 0.93) / MESSAGE);
  const partners = Math.round(messages / 8);
  await client.query(`
    SET work_mem = '256MB';
    SELECT setseed(0.5);
    CREATE TEMP TABLE word AS
      SELECT row_number() OVER () AS id, text FROM (
        SELECT DISTINCT regexp_split_to_table(help->>'en_US', '\\s+') AS text FROM ir_model_fields
        UNION SELECT regexp_split_to_table(arch_db->>'en_US', '[\\s<>="]+') FROM ir_ui_view
        UNION SELECT unnest(ARRAY['Größe', 'für', 'Straße', 'à', 'première', 'M&uuml;ller', 'qualité', 'año', 'naïve', '&nbsp;'])
      ) words WHERE length(text) BETWEEN 1 AND 14;
    CREATE TEMP TABLE sentence AS
      SELECT s AS id, '<p>' || string_agg(text, ' ') || CASE s % 9
          WHEN 0 THEN ' ' || (random() * 1e6)::int || '.</p>'
          WHEN 1 THEN ' <b>' || to_hex((random() * 1e9)::int) || '</b>.</p>'
          WHEN 2 THEN ' +1 212-555-01' || lpad((s % 100)::text, 2, '0') || '</p>'
          WHEN 3 THEN ' person-' || to_hex((random() * 1e9)::int) || '@example.com</p>'
          ELSE '.</p>' END AS text
        FROM (SELECT s, 1 + floor(random() * (SELECT count(*) FROM word))::int AS id FROM generate_series(1, ${SENTENCES}) s, generate_series(1, 14) k) drawn
        JOIN word USING (id) GROUP BY s;
    CREATE TEMP TABLE paragraph AS
      SELECT p AS id, string_agg(text, E'\\n') AS text
        FROM (SELECT p, 1 + (hashint8(p * 64 + k) & 2147483647) % ${SENTENCES} AS id
                FROM generate_series(0, ${PARAGRAPHS - 1}) p, generate_series(1, 6) k) drawn
        JOIN sentence USING (id) GROUP BY p;
    INSERT INTO mail_message (message_type, email_from, subject, body, date, model, res_id)
      SELECT 'email', 'mail-' || lpad(to_hex(n), 8, '0') || '@example.com', 'Order ' || n,
             concat_ws(E'\\n', a.text, b.text, CASE WHEN n % 4 > 1 THEN c.text END, CASE WHEN n % 4 > 2 THEN d.text END),
             now(), 'sale.order', n
        FROM generate_series(1, ${messages}) n
        JOIN paragraph a ON a.id = n % ${PARAGRAPHS}
        JOIN paragraph b ON b.id = (n / 3) % ${PARAGRAPHS}
        JOIN paragraph c ON c.id = (n / 7) % ${PARAGRAPHS}
        JOIN paragraph d ON d.id = (n / 11) % ${PARAGRAPHS};
    INSERT INTO res_partner SELECT grown.*
      FROM (SELECT n, upper(substr(md5(n::text), 1, 12)) AS h FROM generate_series(1, ${partners}) n) drawn,
           LATERAL jsonb_populate_record(NULL::res_partner, (SELECT to_jsonb(p) FROM res_partner p ORDER BY id LIMIT 1) || jsonb_build_object(
             'id', 1000000 + n, 'name', 'Person ' || h, 'complete_name', 'Person ' || h, 'email', 'person-' || lower(h) || '@example.com',
             'email_normalized', 'person-' || lower(h) || '@example.com', 'phone', '+1 212-555-01' || lpad((n % 100)::text, 2, '0'),
             'street', 'Example Street ' || n % 200, 'city', 'Example City', 'zip', '00000')) grown;
    DROP TABLE word, sentence, paragraph`);
  await client.query('VACUUM ANALYZE mail_message');
  await client.query('VACUUM ANALYZE res_partner');
}
