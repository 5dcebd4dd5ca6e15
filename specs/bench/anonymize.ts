import pg from 'pg';
import { consoleProgress } from '../../cli/progress.ts';
import { DEMO_MODULES } from '../../fixtures/demo/make-production.ts';
import { connect, type DatabaseAddress } from '../../harness/database/connection.ts';
import { anonymize } from '../../harness/sanitize/anonymize/anonymize.ts';
import type { Change } from '../../harness/sanitize/writer.ts';
import { freshTemplate } from '../../harness/stack/fresh-template.ts';
import { probeOdoo, resolveImage } from '../../harness/stack/image.ts';
import { STACK_DATABASE, startPostgres } from '../../harness/stack/postgres.ts';
import { withRun } from '../../harness/stack/run-context.ts';

/*
 * Rows a second of the anonymizer, table by table, beside the plain UPDATE of the same columns with constants on a copy
 * of the same database; prints, asserts nothing.
 *   npm run bench anonymize [partners]
 */
const partners = Number(process.argv[2] ?? 200_000);
const WORTH_PRINTING = 5_000;
const progress = consoleProgress();

/** People and companies, one company for four people, and a message of each. */
const grow = (count: number) => `
  CREATE TEMP TABLE grown AS
    SELECT s + i AS id, i % 5 = 0 AS is_company, CASE WHEN i % 5 <> 0 THEN s + i - i % 5 END AS parent_id, i,
           CASE WHEN i % 5 = 0 THEN 'Firma ' ELSE 'Vorname Nachname ' END || i * 7 % 100003 AS name
      FROM (SELECT max(id) + 5 AS s FROM res_partner) first, generate_series(0, ${count - 1}) i;
  INSERT INTO res_partner (id, name, complete_name, commercial_company_name, email, email_normalized, phone, phone_sanitized,
      street, city, zip, vat, ref, comment, function, is_company, parent_id, commercial_partner_id, active, type,
      autopost_bills, group_rfq, group_on)
    SELECT g.id, g.name, coalesce(c.name || ', ', '') || g.name, coalesce(c.name, g.name), 'p' || g.i || '@nordwind.de',
      'p' || g.i || '@nordwind.de', '+49 4131 ' || lpad(g.i::text, 7, '0'), '+494131' || lpad(g.i::text, 7, '0'),
      'Kastanienallee ' || g.i % 90, 'Lüneburg', '21335', 'DE8' || lpad(g.i::text, 8, '0'), 'K-' || g.i, '<p>Anrufen</p>',
      'Einkauf', g.is_company, g.parent_id, coalesce(g.parent_id, g.id), true, 'contact', 'ask', 'default', 'default'
      FROM grown g LEFT JOIN grown c ON c.id = g.parent_id ORDER BY g.id;
  INSERT INTO mail_message (message_type, author_id, email_from, reply_to, subject, body, date, model, res_id)
    SELECT 'email', id, 'p' || i || '@nordwind.de', 'p' || i || '@nordwind.de', 'Anfrage', '<p>' || name || '</p>', now(),
      'res.partner', id FROM grown;
  VACUUM ANALYZE res_partner, mail_message`;

try {
  await withRun({ progress, signal: new AbortController().signal }, async (context) => {
    const { engine, run, network } = context;
    const image = await probeOdoo(engine, await resolveImage(engine, 'odoo:19', progress), run);
    const postgresImage = (await resolveImage(engine, 'postgres:17', progress)).id;
    const template = await freshTemplate(context, { image, postgresImage, modules: DEMO_MODULES, demo: true });
    const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
    const address = postgres.address(STACK_DATABASE);
    await progress.step(`grow res_partner by ${partners} rows`, () =>
      on(address, async (client) => {
        for (const statement of grow(partners).split(';')) await client.query(statement);
      }),
    );
    const plain = await on(postgres.address('postgres'), async (client) => {
      await client.query(`CREATE DATABASE plain TEMPLATE ${STACK_DATABASE}`);
      return postgres.address('plain');
    });
    const changes = await progress.step('anonymize', () =>
      on(address, (client) => anonymize(client, { key: 'a key for this benchmark', passwordHash: 'none' }, () => {})),
    );
    console.log('table                      rows   anonymizer  plain UPDATE  ratio of times');
    for (const change of changes.filter(({ rows }) => rows >= WORTH_PRINTING)) {
      const seconds = await progress.step(`plain UPDATE of ${change.table}`, () =>
        on(plain, (client) => plainUpdate(client, change)),
      );
      const ours = change.durationMs / 1000;
      const [ourSpeed, plainSpeed] = [ours, seconds].map((each) => Math.round(change.rows / each));
      console.log(
        `${change.table.padEnd(20)} ${String(change.rows).padStart(10)} ${String(ourSpeed).padStart(10)}/s ${String(plainSpeed).padStart(11)}/s  ${(ours / seconds).toFixed(2)}`,
      );
    }
    const again = performance.now();
    await on(address, (client) =>
      anonymize(client, { key: 'a key for this benchmark', passwordHash: 'none' }, () => {}),
    );
    console.log(`once more, with nothing to do: ${((performance.now() - again) / 1000).toFixed(1)} s`);
  });
} finally {
  progress.close();
}

async function on<T>(address: DatabaseAddress, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(address);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Seconds for one UPDATE of the same columns: texts become one text, everything else NULL. */
async function plainUpdate(client: pg.Client, { table, kinds = {} }: Change): Promise<number> {
  const values = Object.entries(kinds).map(
    ([column, kind]) =>
      `${pg.escapeIdentifier(column)} = ${kind === 'blank' ? 'NULL' : "'contact-000000000000@example.com'"}`,
  );
  const started = performance.now();
  await client.query(`UPDATE ${pg.escapeIdentifier(table)} SET ${values.join(', ')}`);
  return (performance.now() - started) / 1000;
}
