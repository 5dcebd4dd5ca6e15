import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { connectOdoo, type OdooClient } from '../../../harness/odoo-rpc/client.ts';
import { OdooServerFault, OdooUnexpectedReply } from '../../../harness/odoo-rpc/server-errors.ts';
import {
  OdooNotXmlRpc,
  OdooTimeout,
  OdooTlsError,
  OdooUnreachable,
} from '../../../harness/odoo-rpc/transport-errors.ts';
import { listen, serve } from '../../support/local-server.ts';

const reply = (value: string) =>
  `<?xml version="1.0"?><methodResponse><params><param><value>${value}</value></param></params></methodResponse>`;
const version = reply(
  '<struct><member><name>server_version</name><value><string>19.0</string></value></member>' +
    '<member><name>server_serie</name><value><string>19.0</string></value></member></struct>',
);
const fault = (text: string) =>
  '<?xml version="1.0"?><methodResponse><fault><value><struct>' +
  '<member><name>faultCode</name><value><int>1</int></value></member>' +
  `<member><name>faultString</name><value><string>${text}</string></value></member>` +
  '</struct></value></fault></methodResponse>';

const client = (url: URL, options: { timeoutMs?: number; signal?: AbortSignal } = {}): OdooClient =>
  connectOdoo({ url, database: 'prod', login: 'admin', password: 's3cret', ...options });

/** Answers the login, and lets the test answer the calls. */
const serveCalls = (answer: (call: number) => string | 'reset') => {
  let calls = 0;
  const url = serve((request, response) => {
    if (request.url?.endsWith('/common')) return response.end(reply('<int>2</int>'));
    calls += 1;
    const body = answer(calls);
    if (body === 'reset') request.socket.resetAndDestroy();
    else response.end(body);
  });
  return { url, count: () => calls };
};

describe('an answer that is not XML-RPC', () => {
  it.each([
    [502, '<html><body><h1>Bad Gateway</h1></body></html>'],
    [500, ''],
    [404, 'Not Found'],
    [302, ''],
    [200, '<!doctype html><title>Welcome</title>'],
    [200, 'plain text'],
    [200, ''],
  ])('HTTP %i with %j carries the status', async (status, body) => {
    const url = await serve((_request, response) => response.writeHead(status, { location: '/' }).end(body));
    const error = await client(url)
      .version()
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(OdooNotXmlRpc);
    expect(error).toMatchObject({ status, code: 'odoo-not-xml-rpc', exitCode: 3 });
  });

  it('is not followed to its end', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await serve((_request, response) => {
      response.on('close', closed.resolve);
      response.write('<html><h1>Bad Gateway</h1>');
    });
    await expect(client(url).version()).rejects.toThrow(OdooNotXmlRpc);
    await closed.promise;
  });
});

describe('time', () => {
  it('a server that never answers ends in a time-out, and the request is dropped', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await serve((request) => void request.socket.on('close', closed.resolve));
    await expect(client(url, { timeoutMs: 50 }).version()).rejects.toThrow(OdooTimeout);
    await closed.promise;
  });

  it('an answer that stops midway ends in a time-out', async () => {
    const url = await serve((_request, response) => void response.write(version.slice(0, 80)));
    await expect(client(url, { timeoutMs: 50 }).version()).rejects.toThrow(OdooTimeout);
  });

  it("the caller's abort ends a call with the caller's reason", async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort(new Error('stopped by the user')));
    await expect(client(url, { signal: stop.signal }).version()).rejects.toThrow('stopped by the user');
  });

  it('an aborted signal sends nothing', async () => {
    const { url, count } = serveCalls(() => reply('<int>1</int>'));
    await expect(
      client(await url, { signal: AbortSignal.abort(new Error('stop')) }).searchCount('a', []),
    ).rejects.toThrow('stop');
    expect(count()).toBe(0);
  });
});

describe('a broken connection', () => {
  it('is repeated for a read', async () => {
    const { url, count } = serveCalls((call) => (call < 3 ? 'reset' : reply('<int>7</int>')));
    await expect(client(await url).searchCount('res.partner', [])).resolves.toBe(7);
    expect(count()).toBe(3);
  });

  it('is given up after three tries', async () => {
    const { url, count } = serveCalls(() => 'reset');
    await expect(client(await url).searchCount('res.partner', [])).rejects.toThrow(OdooUnreachable);
    expect(count()).toBe(3);
  });

  it('is never repeated for a write', async () => {
    const { url, count } = serveCalls(() => 'reset');
    await expect(client(await url).create('res.partner', { name: 'x' })).rejects.toThrow(OdooUnreachable);
    expect(count()).toBe(1);
  });

  it('a server fault is never repeated', async () => {
    const { url, count } = serveCalls(() => fault('Traceback (most recent call last):\nValueError: no'));
    await expect(client(await url).searchCount('res.partner', [])).rejects.toThrow(OdooServerFault);
    expect(count()).toBe(1);
  });

  it('a port that nobody listens on names address and reason', async () => {
    const port = await closedPort();
    await expect(client(new URL(`http://127.0.0.1:${port}`)).version()).rejects.toThrow(
      `Odoo at http://127.0.0.1:${port} can't be reached (ECONNREFUSED).`,
    );
  });
});

describe('replies', () => {
  it('a method that returned None is done: null, and not repeated', async () => {
    const none = 'Traceback (most recent call last):\nTypeError: cannot marshal None unless allow_none is enabled\n';
    const { url, count } = serveCalls(() => fault(none));
    await expect(client(await url).executeKw('sale.order', 'action_lock', [[1]])).resolves.toBeNull();
    expect(count()).toBe(1);
  });

  it('that give the same page again and again end with an error', async () => {
    const record = (id: number) =>
      `<value><struct><member><name>id</name><value><int>${id}</int></value></member></struct></value>`;
    const page = Array.from({ length: 1000 }, (_, index) => record(index + 1)).join('');
    const { url, count } = serveCalls(() => reply(`<array><data>${page}</data></array>`));
    await expect(client(await url).searchRead('res.partner', [], z.object({}))).rejects.toThrow(OdooUnexpectedReply);
    expect(count()).toBe(2);
  });

  it('of another shape name the field, never the value', async () => {
    const { url } = serveCalls(() => reply('<string>jane@example.com</string>'));
    const error = await client(await url)
      .searchCount('res.partner', [])
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(OdooUnexpectedReply);
    expect(error.message).not.toContain('jane');
  });
});

it('the password is in no error, whatever the server repeats', async () => {
  const { url } = serveCalls(() => fault('Traceback (most recent call last):\nValueError: s3cret is wrong'));
  const error = await client(await url)
    .executeKw('res.partner', 'write', [[1], {}])
    .catch((caught) => caught);
  expect(error).toBeInstanceOf(OdooServerFault);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('s3cret');
});

it('an unreachable server does not leak the password either', async () => {
  const { url } = serveCalls(() => 'reset');
  const error = await client(await url)
    .create('res.partner', {})
    .catch((caught) => caught);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('s3cret');
});

describe('https', () => {
  const serveTls = async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const port = await listen(createHttpsServer({ key, cert }, (_request, response) => void response.end(version)));
    return { url: new URL(`https://localhost:${port}`), cert };
  };

  it('works with a trusted certificate', async () => {
    const { url, cert } = await serveTls();
    const before = getCACertificates('default');
    onTestFinished(() => setDefaultCACertificates(before));
    setDefaultCACertificates([...before, cert]);
    await expect(client(url).version()).resolves.toEqual({ series: '19.0', major: 19, full: '19.0' });
  });

  it('refuses a certificate that nobody vouches for', async () => {
    const { url } = await serveTls();
    await expect(client(url).version()).rejects.toThrow(OdooTlsError);
  });

  it('is never tried in the clear', async () => {
    const url = await serve((_request, response) => void response.end(version));
    await expect(client(new URL(`https://${url.host}`)).version()).rejects.toThrow(OdooTlsError);
  });
});

it.each([
  ['ftp://odoo.example.com', 'scheme'],
  ['http://admin:pw@odoo.example.com', 'user name or password'],
])('the URL %s is refused', (url, message) => {
  expect(() => client(new URL(url))).toThrow(message);
});

async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}
