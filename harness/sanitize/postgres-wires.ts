import type { Writer } from './writer.ts';

/** What Postgres itself brings along in a dump: `cut` is the statement for one of them. */
const WIRES = [
  `SELECT format('DROP SERVER %I CASCADE', s.srvname) AS cut FROM pg_foreign_server s
    WHERE NOT EXISTS (SELECT FROM pg_depend d
                       WHERE d.classid = 'pg_foreign_server'::regclass AND d.objid = s.oid AND d.deptype = 'e')`,
  `SELECT format('ALTER SUBSCRIPTION %1$I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE); DROP SUBSCRIPTION %1$I',
                 s.subname) AS cut
     FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  `SELECT format('ALTER EVENT TRIGGER %I DISABLE', e.evtname) AS cut FROM pg_event_trigger e
    WHERE e.evtenabled <> 'D'
      AND NOT EXISTS (SELECT FROM pg_depend d
                       WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')`,
  `SELECT 'DELETE FROM cron.job WHERE database = current_database()' AS cut
    WHERE EXISTS (SELECT FROM pg_tables WHERE schemaname = 'cron' AND tablename = 'job')`,
];

/** Drops foreign servers (with their user mappings and tables) and subscriptions; stops event triggers and pg_cron's jobs. */
export async function cutPostgresWires(writer: Writer): Promise<void> {
  for (const wires of WIRES) {
    await writer.run(`DO $$ DECLARE wire record; BEGIN FOR wire IN ${wires} LOOP EXECUTE wire.cut; END LOOP; END $$`);
  }
}
