import type { ReadOnlySession } from '../../database/read-only.ts';
import { isSinkHost } from '../rules/mail.ts';
import type { Difference } from './compare-rows.ts';

type Query = Pick<ReadOnlySession, 'query'>;

/**
 * base's neutralization switches every mail server off and adds its own sink, each time it runs. On a neutralized copy
 * that exchanges one sink for its equal: what is active is the same before and after, but for sinks of the user's own.
 */
export async function withoutSinkExchange(
  difference: Difference,
  before: Query,
  after: Query,
  mailSinks: readonly string[],
): Promise<Difference> {
  const [then, now] = [await activeServers(before, mailSinks), await activeServers(after, mailSinks)];
  const equal = [...now.keys()].every((server) => then.has(server));
  const lostSinksAlone = [...then].every(([server, { sink }]) => sink || now.has(server));
  if (!equal || !lostSinksAlone) return difference;
  const changed = new Map(difference.changed);
  changed.delete('active');
  return { ...difference, changed, added: Math.max(0, difference.added - rows(now)) };
}

async function activeServers({ query }: Query, mailSinks: readonly string[]) {
  const servers = await query<{ server: string; sink: boolean; rows: string }>(
    `SELECT md5(ROW(t.name, t.smtp_host, t.smtp_port, t.smtp_encryption)::text) AS server,
            bool_and(coalesce(${isSinkHost(mailSinks)}, false)) AS sink, count(*) AS rows
       FROM ir_mail_server t WHERE t.active GROUP BY 1`,
  );
  return new Map(servers.map(({ server, sink, rows }) => [server, { sink, rows: Number(rows) }]));
}

function rows(servers: Awaited<ReturnType<typeof activeServers>>): number {
  return [...servers.values()].reduce((sum, { rows }) => sum + rows, 0);
}
