import { consoleProgress } from '../../cli/progress.ts';
import { DEMO_MODULES } from '../../fixtures/demo/make-production.ts';
import { connect } from '../../harness/database/connection.ts';
import { Collection } from '../../harness/residue/collection.ts';
import { newKeys } from '../../harness/residue/fingerprint.ts';
import { scanDatabase } from '../../harness/residue/scan-database.ts';
import { freshTemplate } from '../../harness/stack/fresh-template.ts';
import { probeOdoo, resolveImage } from '../../harness/stack/image.ts';
import { STACK_DATABASE, startPostgres } from '../../harness/stack/postgres.ts';
import { withRun } from '../../harness/stack/run-context.ts';

/*
 * The residue scan against `pg_dump | grep -F -f` on one database with the same values; prints, asserts nothing.
 *   node specs/bench/residue.ts [megabytes]
 */
const megabytes = Number(process.argv[2] ?? 300);
const SECRET = 'a key for this benchmark';
const COUNTS = [1_000, 100_000, 1_000_000];
const progress = consoleProgress();

try {
  await withRun({ progress, signal: new AbortController().signal }, async (context) => {
    const { engine, run, network } = context;
    const image = await probeOdoo(engine, await resolveImage(engine, 'odoo:19', progress), run);
    const postgresImage = (await resolveImage(engine, 'postgres:17', progress)).id;
    const template = await freshTemplate(context, { image, postgresImage, modules: DEMO_MODULES, demo: true });
    const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
    const address = postgres.address(STACK_DATABASE);
    const client = await connect(address);
    await progress.step(`grow the database by ${megabytes} MB`, async () => {
      // Messages as people write them: about 1 kB each.
      await client.query(
        `INSERT INTO mail_message (message_type, email_from, subject, body, date, model, res_id)
         SELECT 'email', 'mail-' || lpad(to_hex(n), 8, '0') || '@example.com', 'Order ' || n,
           '<p>Dear customer, please find attached the confirmation of order ' || n || '.</p>' ||
           repeat('<p>The goods leave our warehouse on Monday, and the carrier delivers them within three days.</p>', 9),
           now(), 'sale.order', n FROM generate_series(1, ${megabytes * 1000}) n`,
      );
      await client.query('VACUUM ANALYZE mail_message');
    });
    await client.end();
    for (const count of COUNTS) {
      const { salt, keys } = newKeys(SECRET);
      const collection = new Collection(keys, new Set());
      for (let index = 0; index < count; index += 1) collection.add('name', `Vorname${index} Nachname${index}`);
      const fingerprints = { secret: SECRET, salt, counts: {}, created: '', entries: collection.entries() };
      const started = performance.now();
      const scan = await scanDatabase(address, fingerprints);
      const seconds = (performance.now() - started) / 1000;
      const memory = process.resourceUsage().maxRSS / 1024;
      const found = scan.residue.filter(({ strong }) => strong).length;
      const speed = scan.bytes / 1e6 / seconds;
      console.log(
        `${count} fingerprints: ${seconds.toFixed(1)} s, ${speed.toFixed(0)} MB/s of values, ${found} found, at most ${memory.toFixed(0)} MB`,
      );
    }
    const started = performance.now();
    await postgres.programs.run('psql', [
      ...['--dbname', STACK_DATABASE, '--command'],
      `\\! seq 0 999 | sed 's/.*/Vorname& Nachname&/' > /tmp/values; pg_dump ${STACK_DATABASE} | grep -c -a -F -f /tmp/values`,
    ]);
    console.log(`pg_dump | grep -F -f, 1000 values: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });
} finally {
  progress.close();
}
