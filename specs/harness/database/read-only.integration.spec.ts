import { beforeAll, describe, expect, test } from 'vitest';
import { connect, type DatabaseAddress } from '../../../harness/database/connection.ts';
import { type ReadOnlySession, withReadOnlySession } from '../../../harness/database/read-only.ts';
import { resolveImage } from '../../../harness/stack/image.ts';
import { startPostgres } from '../../../harness/stack/postgres.ts';
import { useInRun } from '../../support/in-run.ts';

const server = useInRun(async (context) => {
  const { id } = await resolveImage(context.engine, 'postgres:17', context.progress);
  return startPostgres(context.engine, { ...context, image: id });
});

/** The superuser's address, or another role's. */
const as = (user?: string): DatabaseAddress => ({
  ...server().address('postgres'),
  ...(user === undefined ? {} : { user }),
});

async function write(...statements: string[]): Promise<void> {
  const client = await connect(as());
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  const { password } = as();
  await write(
    "CREATE TABLE note (id serial, text text, tag varchar(8), rest jsonb); INSERT INTO note (text) VALUES ('one'), ('two')",
    'CREATE VIEW seen AS SELECT * FROM note; ALTER TABLE note ADD dropped int; ALTER TABLE note DROP dropped',
    ...['auditor', 'stranger', 'elsewhere'].map((role) => `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`),
    'GRANT SELECT ON note TO auditor',
    'CREATE SCHEMA elsewhere AUTHORIZATION elsewhere',
    "CREATE TABLE guarded (text text); INSERT INTO guarded VALUES ('hidden'); GRANT SELECT ON guarded TO auditor",
    'ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY none ON guarded USING (false)',
  );
});

const within = <T>(work: (session: ReadOnlySession) => Promise<T>, user?: string) =>
  withReadOnlySession(as(user), work);

describe('a read-only session', () => {
  test.each([
    ['an insert', "INSERT INTO note (text) VALUES ('three')", '25006'],
    ['an update', "UPDATE note SET text = 'x'", '25006'],
    ['a new table', 'CREATE TABLE more (a int)', '25006'],
    ['the next value of a sequence', "SELECT nextval('note_id_seq')", '25006'],
    ['a row lock', 'SELECT * FROM note FOR UPDATE', '25006'],
  ])('refuses %s', async (_what, statement, code) => {
    await expect(within((session) => session.query(statement))).rejects.toMatchObject({ code });
  });

  test('sees one moment, whatever others write meanwhile', async () => {
    const count = "SELECT count(*)::int AS n FROM note WHERE text LIKE 'later%'";
    const counts = await within(async ({ query }) => {
      const before = await query(count);
      await write("INSERT INTO note (text) VALUES ('later')");
      return [before, await query(count)];
    });
    expect(counts).toEqual([[{ n: 0 }], [{ n: 0 }]]);
    expect(await within(({ query }) => query(count))).toEqual([{ n: 1 }]);
  });

  test('goes on after a statement that failed', async () => {
    const answer = await within(async ({ query }) => {
      await query('SELECT * FROM nothing').catch(() => {});
      return query('SELECT 1 AS one');
    });
    expect(answer).toEqual([{ one: 1 }]);
  });

  test('takes values apart from the statement', async () => {
    const hostile = "'; DROP TABLE note; --";
    expect(await within(({ query }) => query('SELECT $1::text AS text', [hostile]))).toEqual([{ text: hostile }]);
  });

  test('knows tables and columns with their types; views and dropped columns are none', async () => {
    await within(async ({ schema }) => {
      expect([...(schema.columns('note') ?? [])]).toEqual([
        ['id', 'integer'],
        ['text', 'text'],
        ['tag', 'character varying'],
        ['rest', 'jsonb'],
      ]);
      expect([schema.has('seen'), schema.has('note', 'dropped'), schema.has('pg_class')]).toEqual([
        false,
        false,
        false,
      ]);
    });
  });

  test('sees the columns of a table that its role may not read', async () => {
    expect(await within(async ({ schema }) => schema.has('note', 'text'), 'stranger')).toBe(true);
  });

  test.each([
    ['permission', 'stranger', 'SELECT count(*) FROM note'],
    ['rows that a policy hides', 'auditor', 'SELECT count(*) FROM guarded'],
  ])('without %s errors out instead of seeing less', async (_what, role, statement) => {
    await expect(within(({ query }) => query(statement), role)).rejects.toMatchObject({ code: '42501' });
  });

  test('ends a statement that takes too long', async () => {
    const sleeping = withReadOnlySession(as(), ({ query }) => query('SELECT pg_sleep(60)'), {
      statementTimeoutMs: 200,
    });
    await expect(sleeping).rejects.toMatchObject({ code: '57014' });
  });

  test('does not wait for a table that is locked', async () => {
    const locking = await connect(as());
    await locking.query('BEGIN; LOCK TABLE note');
    try {
      await expect(within(({ query }) => query('SELECT * FROM note'))).rejects.toMatchObject({ code: '55P03' });
    } finally {
      await locking.end();
    }
  });

  test('is refused to a role that sees another schema first', async () => {
    await expect(within(async () => 'never', 'elsewhere')).rejects.toMatchObject({
      code: 'database-schema',
      exitCode: 2,
    });
  });

  test('leaves no connection', async () => {
    await within(async () => {});
    const [open] = await within(({ query }) =>
      query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'odoo-gate check' AND pid <> pg_backend_pid()",
      ),
    );
    expect(open).toEqual({ n: 0 });
  });
});

test.each([
  ['a wrong password', { password: 'wrong' }, 'database-login', 2],
  ['an unknown user', { user: 'nobody' }, 'database-login', 2],
  ['an unknown database', { database: 'nothing' }, 'database-missing', 2],
])('%s is told as what it is', async (_what, change, code, exitCode) => {
  await expect(connect({ ...as(), ...change })).rejects.toMatchObject({ code, exitCode });
});

describe('a server that goes away', () => {
  test('without a word fails what is under way and all after it', async () => {
    const { container } = server();
    const failures: unknown[] = [];
    await withReadOnlySession(
      as(),
      async ({ query }) => {
        await container.pause();
        for (let asked = 0; asked < 3; asked += 1) await query('SELECT 1').catch((error) => failures.push(error));
      },
      { statementTimeoutMs: 300, silenceMs: 200 },
    ).finally(() => container.unpause());
    expect(failures).toHaveLength(3);
  });

  test('by force fails what is under way and all after it', async () => {
    const { container } = server();
    const outcomes = within(async ({ query }) => {
      const sleeping = Promise.allSettled([query('SELECT pg_sleep(60)')]);
      await container.kill();
      return [...(await sleeping), ...(await Promise.allSettled([query('SELECT 1')]))];
    });
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
