import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ThrowAwayPostgres } from './throw-away-postgres.ts';

/** A name that must not show up in any message. */
export const PERSON = 'Wilhelmine Ackermann';

export interface SmallOdoo {
  database: string;
  /** Folder that holds `ab/ab12…`. */
  filestore: string;
}

/**
 * A database with the tables by which Odoo is known, rows that are awkward in a dump (backslashes, newlines, lines that
 * look like SQL), a privilege and an owner that no other server knows, and a filestore that fits.
 */
export async function createSmallOdoo(server: ThrowAwayPostgres, folder: string): Promise<SmallOdoo> {
  const database = server.newName();
  const filestore = join(folder, 'filestore', database);
  const attachments: string[] = [];
  for (const content of ['one', 'two\n', randomBytes(300_000)]) {
    const sha1 = createHash('sha1').update(content).digest('hex');
    const name = `${sha1.slice(0, 2)}/${sha1}`;
    await mkdir(dirname(join(filestore, name)), { recursive: true });
    await writeFile(join(filestore, name), content);
    attachments.push(`('${name}', ${Buffer.from(content).length})`);
  }
  await mkdir(join(filestore, 'checklist', 'ab'), { recursive: true });
  await writeFile(join(filestore, 'checklist', 'ab', 'ab'.padEnd(40, '0')), '');

  await server.sql('postgres', `CREATE DATABASE "${database}" TEMPLATE template0 ENCODING 'UTF8'`);
  await server.sql(
    database,
    `CREATE EXTENSION pg_trgm;
     CREATE TABLE ir_module_module (id serial PRIMARY KEY, name text, state text, latest_version text);
     INSERT INTO ir_module_module (name, state, latest_version) VALUES
       ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.0'), ('crm', 'uninstalled', NULL);
     CREATE TABLE ir_attachment (id serial PRIMARY KEY, name text, store_fname text, file_size int);
     INSERT INTO ir_attachment (store_fname, file_size) VALUES ${attachments.join(', ')};
     INSERT INTO ir_attachment (store_fname, file_size) SELECT store_fname, file_size FROM ir_attachment LIMIT 1;
     CREATE TABLE res_partner (id serial PRIMARY KEY, name text NOT NULL, comment text);
     INSERT INTO res_partner (name, comment)
       SELECT '${PERSON} ' || i, E'back\\\\slash\\n\\\\.\\nGRANT ALL ON x TO y;\\n-- Name: x; Type: ACL; Schema: -; Owner: -\\n'
         FROM generate_series(1, 2000) i;
     CREATE TABLE empty_table (id int);
     CREATE VIEW partner_count AS SELECT count(*) FROM res_partner;`,
  );
  return { database, filestore };
}

/** Every table with its number of rows: equal before and after means that nothing was lost. */
export async function countsOf(server: ThrowAwayPostgres, database: string): Promise<string> {
  return server.sql(
    database,
    `SELECT c.relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]
       FROM pg_class c WHERE c.relkind IN ('r', 'v') AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
}
