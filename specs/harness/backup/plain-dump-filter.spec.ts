import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PlainDumpFilter } from '../../../harness/backup/plain-dump-filter.ts';

async function filtered(dump: string, chunkSize = dump.length): Promise<string> {
  const bytes = Buffer.from(dump);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, index) =>
    bytes.subarray(index * chunkSize, (index + 1) * chunkSize),
  );
  const parts = await Readable.from(chunks).pipe(new PlainDumpFilter()).toArray();
  return Buffer.concat(parts).toString();
}

function section(type: string, statement: string): string {
  return `--\n-- Name: x; Type: ${type}; Schema: public; Owner: -\n--\n\n${statement}\n\n\n`;
}

describe('leaves out what names roles or servers that the target does not know', () => {
  const statements: Record<string, string> = {
    'the owner of a table': 'ALTER TABLE public.res_partner OWNER TO somebody;',
    'the owner of a function': 'ALTER FUNCTION public.f(a integer) OWNER TO somebody;',
    'a session authorization': "SET SESSION AUTHORIZATION 'somebody';",
    'a tablespace': 'SET default_tablespace = ssd;',
    'the comment on an extension': "COMMENT ON EXTENSION pg_trgm IS 'text similarity';",
    "pg_dump's own guard": '\\restrict abcDEF123',
    'a privilege': section('ACL', 'GRANT SELECT ON TABLE public.x TO somebody;'),
    'a default privilege': section('DEFAULT ACL', 'ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT ALL ON TABLES TO b;'),
    'a subscription': section('SUBSCRIPTION', "CREATE SUBSCRIPTION s CONNECTION 'host=production' PUBLICATION p;"),
    'a publication of a table': section('PUBLICATION TABLE', 'ALTER PUBLICATION p ADD TABLE ONLY public.x;'),
  };
  it.each(Object.entries(statements))('%s', async (_title, statement) => {
    const kept = await filtered(`SELECT 1;\n${statement}\n${section('TABLE', 'CREATE TABLE y ();')}`);
    expect(kept).not.toMatch(/somebody|ssd|pg_trgm|restrict|PRIVILEGES|SUBSCRIPTION|PUBLICATION p/);
    expect(kept).toContain('CREATE TABLE y ();');
  });
});

describe('keeps to the byte', () => {
  const kept: Record<string, string> = {
    'an empty default tablespace': "SET default_tablespace = '';\n",
    'rows that look like statements':
      'COPY public.x (a) FROM stdin;\nALTER TABLE a OWNER TO b;\n\\\\restrict a\n\\.\n\nSELECT 1;\n',
    'a table without rows': 'COPY public.x (a) FROM stdin;\n\\.\n\nSELECT 1;\n',
    'a quoted text that looks like a section':
      "INSERT INTO x VALUES ('it''s\n-- Name: x; Type: ACL; Schema: -; Owner: -\n');\nSELECT 1;\n",
    "a function's body that looks like statements": 'CREATE FUNCTION f() AS $_$\nALTER TABLE a OWNER TO b;\n$_$;\n',
    'a line of rows longer than any buffer': `COPY x FROM stdin;\n${'a'.repeat(300_000)}\n\\.\n`,
    'an INSERT longer than any buffer': `INSERT INTO x VALUES ('${'a'.repeat(200_000)}\nALTER TABLE a OWNER TO b;\n');\n`,
    'characters of several bytes': "INSERT INTO x VALUES ('Zoë – 東京');\n",
    'a last line without end': 'SELECT 1;',
    'an apostrophe in a comment': "-- it's a comment\nSELECT 1;\n",
  };
  it.each(Object.entries(kept))('%s', async (_title, dump) => {
    expect(await filtered(dump)).toBe(dump);
  });

  it.each([1, 2, 3, 7, 64])('the same, cut into chunks of %i bytes', async (chunkSize) => {
    const dump = Object.values(kept)
      .filter((text) => text.length < 1000 && text.endsWith('\n'))
      .join('');
    expect(await filtered(dump, chunkSize)).toBe(dump);
  });
});

it('goes on after the end of a left-out section at the end of the dump', async () => {
  const end = '--\n-- PostgreSQL database dump complete\n--\n';
  expect(await filtered(section('ACL', 'GRANT ALL ON x TO y;') + end)).toContain('dump complete');
});
