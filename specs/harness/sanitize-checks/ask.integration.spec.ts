import { expect, test } from 'vitest';
import { type Check, passed } from '../../../harness/check.ts';
import { connect } from '../../../harness/database/connection.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { askOfOneMoment } from '../../../harness/sanitize-checks/ask.ts';
import { type SanitizeContext, sanitizeContext } from '../../../harness/sanitize-checks/context.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const demo = useDemoStack({ odoo: false });

/** A check that passes with as many assertions as there are languages, and with the connection that it was asked on. */
function counting(id: string, connections: Map<string, number>): Check<SanitizeContext> {
  return {
    id,
    title: id,
    needs: ['sql'],
    severity: 'high',
    run: async ({ session }) => {
      const [row] = await session.query<{ count: number; pid: number }>(
        'SELECT count(*)::int AS count, pg_backend_pid() AS pid FROM res_lang',
      );
      connections.set(id, row?.pid ?? 0);
      return passed(row?.count ?? 0);
    },
  };
}

async function ask(change: Partial<SanitizeContext['session']> = {}, meanwhile = '') {
  const connections = new Map<string, number>();
  const checks = ['sanitize.shapes', 'sanitize.crons', 'sanitize.secrets'].map((id) => counting(id, connections));
  const address = demo().database;
  const results = await withReadOnlySession(address, async (session) => {
    const context = await sanitizeContext({ ...session, ...change }, { baseUrl: new URL('http://uat.example.com') });
    const client = await connect(address);
    await client.query(meanwhile);
    await client.end();
    return askOfOneMoment(checks, context, address);
  });
  return { results, connections: new Set(connections.values()).size };
}

const ADD_LANGUAGE = `INSERT INTO res_lang (name, code, url_code, direction, date_format, time_format, week_start, grouping, decimal_point)
  VALUES ('X', 'xx_' || floor(random() * 1e9), 'x' || floor(random() * 1e9), 'ltr', '%d', '%H', '1', '[]', '.')`;

test('the censuses are asked on a connection of their own, and the results keep the order of the checks', async () => {
  const { results, connections } = await ask();
  expect(results.map(({ id }) => id)).toEqual(['sanitize.shapes', 'sanitize.crons', 'sanitize.secrets']);
  expect(connections).toBe(2);
});

test('both connections see the moment at which the first was opened', async () => {
  const before = (await ask()).results;
  const during = (await ask({}, ADD_LANGUAGE)).results;
  const counts = (results: typeof before) => results.map((result) => 'assertions' in result && result.assertions);
  expect(counts(during)).toEqual(counts(before));
  expect(new Set(counts((await ask()).results))).not.toEqual(new Set(counts(before)));
});

test.each([
  ['of a standby, which shares no moment', undefined],
  ['whose moment is gone', '00000000-00000000-9'],
])('all checks of a database %s are asked on one connection', async (_, snapshot) => {
  const { results, connections } = await ask({ snapshot: snapshot as string });
  expect([results.length, connections]).toEqual([3, 1]);
});
