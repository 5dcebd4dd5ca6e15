import { request, type ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../harness/database/connection.ts';
import { OdooLoginRefused } from '../../../harness/odoo-rpc/access-errors.ts';
import { silentProgress } from '../../../harness/progress.ts';
import { parseReport } from '../../../harness/report/json.ts';
import { liveChecks, type ValidationTarget, validate } from '../../../harness/smoke/validate/validate.ts';
import { useDemoStack } from '../../support/demo-stack.ts';
import { serve } from '../../support/local-server.ts';
import { runCli } from '../../support/run-cli.ts';

const stack = useDemoStack();
const context = { progress: silentProgress, signal: new AbortController().signal };

async function validated(change: Partial<ValidationTarget> = {}, ids = liveChecks.map(({ id }) => id)) {
  const { url, database, admin } = stack();
  const checks = liveChecks.filter(({ id }) => ids.includes(id));
  return validate({ url, database: database.database, ...admin, ...change }, { ...context, checks });
}

async function findingsOf(id: string, change: Partial<ValidationTarget> = {}): Promise<readonly object[]> {
  const [result] = await validated(change, [id]);
  if (result?.status !== 'failed') throw new Error(`${id} is ${result?.status}`);
  return result.findings;
}

async function sql(statement: string): Promise<void> {
  const client = await connect(stack().database);
  await client.query(statement);
  await client.end();
}

/** The same Odoo behind a proxy that answers some paths itself. */
function proxied(answer: (path: string, response: ServerResponse) => boolean): Promise<URL> {
  return serve((incoming, response) => {
    const path = incoming.url ?? '/';
    if (answer(path, response)) return;
    const { url } = stack();
    const headers = { ...incoming.headers, host: url.host };
    const outgoing = request(new URL(path, url), { method: incoming.method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    incoming.pipe(outgoing);
  });
}

const freeze = (url: URL) => `
  DELETE FROM ir_config_parameter WHERE key IN ('web.base.url', 'web.base.url.freeze');
  INSERT INTO ir_config_parameter (key, value) VALUES ('web.base.url', '${url.origin}'), ('web.base.url.freeze', 'True')`;

// As after a restore: frozen, and no job is active.
beforeAll(async () => {
  await sql(freeze(stack().url));
  await sql('UPDATE ir_cron SET active = false');
});

it('a healthy Odoo passes, and what it does not have is not applicable', async () => {
  const found = Object.fromEntries((await validated()).map(({ id, status }) => [id, status]));
  expect(found).toMatchObject({
    'live.health': 'passed',
    'live.pages': 'passed',
    'live.base-url': 'passed',
    'live.modules': 'passed',
    'live.attachments': 'passed',
    'live.scheduled-actions': 'not-applicable',
    'live.channel': 'passed',
  });
});

it('`smoke --validate-only` needs no browser, and says what it found', async () => {
  const { url, database, admin } = stack();
  const { stdout } = await runCli(
    [
      ...['smoke', '--url', url.href, '--db', database.database, '--login', admin.login],
      ...['--password-env', 'ODOO_GATE_SPEC_PASSWORD', '--validate-only', '--format', 'json'],
    ],
    { env: { ODOO_GATE_SPEC_PASSWORD: admin.password, PLAYWRIGHT_BROWSERS_PATH: '/nowhere' } },
  );
  expect(parseReport(stdout).checks.map(({ id }) => id)).toEqual(liveChecks.map(({ id }) => id));
});

it('Odoo is asked for its renderer of reports, which an image may lack', async () => {
  const [reports] = await validated({}, ['live.reports']);
  if (reports?.status === 'failed') expect(reports.findings).toMatchObject([{ location: 'wkhtmltopdf' }]);
  else expect(reports?.status).toBe('passed');
});

describe('found is', () => {
  it('a base URL that leads elsewhere', async () => {
    const baseUrl = new URL('https://uat.example.com');
    expect(await findingsOf('live.base-url', { baseUrl })).toMatchObject([
      { message: expect.stringContaining('uat.example.com') },
    ]);
  });

  it('a style sheet that is gone', async () => {
    const url = await proxied((path, response) => {
      if (!/\/web\/assets\/.*\.css/.test(path)) return false;
      response.writeHead(404).end();
      return true;
    });
    expect(await findingsOf('live.pages', { url })).toContainEqual(expect.objectContaining({ message: 'answers 404' }));
  });

  it('a health page that a proxy answers in its own words', async () => {
    const url = await proxied((path, response) => {
      if (path !== '/web/health') return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>');
      return true;
    });
    expect(await findingsOf('live.health', { url })).toMatchObject([{ message: 'does not say pass' }]);
  });

  it('a websocket that the proxy does not lead on', async () => {
    const url = await proxied(() => false);
    expect(await findingsOf('live.channel', { url })).toMatchObject([{ location: '/websocket' }]);
  });

  it('a file that is gone', async () => {
    await sql(
      "UPDATE ir_attachment SET store_fname = 'ff/' || repeat('f', 40) WHERE id = (SELECT max(id) FROM ir_attachment WHERE store_fname IS NOT NULL AND res_field IS NULL)",
    );
    expect(await findingsOf('live.attachments')).toMatchObject([
      { location: expect.stringContaining('ir_attachment[') },
    ]);
  });

  it('a module whose code is newer than its tables', async () => {
    await sql("UPDATE ir_module_module SET latest_version = '19.0.0.1' WHERE name = 'contacts'");
    expect(await findingsOf('live.modules')).toMatchObject([{ location: 'ir_module_module[contacts]' }]);
  });

  it('a module that waits', async () => {
    await sql("UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'crm'");
    expect(await findingsOf('live.modules')).toContainEqual(
      expect.objectContaining({ message: 'is in state "to upgrade"' }),
    );
  });

  it('a scheduled action that has not run for hours', async () => {
    await sql(
      "UPDATE ir_cron SET active = true, nextcall = now() AT TIME ZONE 'UTC' - interval '3 hours' WHERE id = (SELECT min(id) FROM ir_cron)",
    );
    expect(await findingsOf('live.scheduled-actions')).toMatchObject([
      { message: expect.stringContaining('due for 3 h') },
    ]);
  });
});

it('a login that is refused is a mistake of the user', async () => {
  await expect(validated({ password: 'wrong' })).rejects.toThrow(OdooLoginRefused);
});

it('an address where nobody answers is said', async () => {
  await expect(validated({ url: new URL('http://127.0.0.1:9') })).rejects.toMatchObject({
    code: 'odoo-unreachable',
    exitCode: 3,
  });
});
