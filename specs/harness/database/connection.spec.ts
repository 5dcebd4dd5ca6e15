import { createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { connect, parseDatabaseUrl } from '../../../harness/database/connection.ts';
import { listen } from '../../support/local-server.ts';

describe('a database URL', () => {
  test.each([
    ['postgresql://odoo:x@db:5433/uat', { host: 'db', port: 5433, user: 'odoo', password: 'x', database: 'uat' }],
    ['postgres://odoo@db/uat', { host: 'db', port: 5432, user: 'odoo', password: '', database: 'uat' }],
    ['postgresql:///uat', { host: 'localhost', port: 5432, user: 'odoo', password: '', database: 'uat' }],
    [
      'postgresql://a%40b:p%2Fw%3A%20@db/my%20uat',
      { host: 'db', port: 5432, user: 'a@b', password: 'p/w: ', database: 'my uat' },
    ],
  ])('%s is read', (url, address) => {
    for (const name of ['PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD']) vi.stubEnv(name, undefined);
    expect(parseDatabaseUrl(url)).toEqual(address);
    vi.unstubAllEnvs();
  });

  test.each([
    ['no URL', 'S3cr3t', 'is not a URL'],
    ['another scheme', 'mysql://odoo:S3cr3t@db/uat', 'has the scheme "mysql:"'],
    ['no database', 'postgresql://odoo:S3cr3t@db', 'names no database'],
    ['a slash alone', 'postgresql://odoo:S3cr3t@db/', 'names no database'],
    ['a password with an unescaped character', 'postgresql://odoo:S3cr3t%@db/uat', 'has a % that escapes nothing'],
    ['a port that is none', 'postgresql://odoo:S3cr3t@db:99999/uat', 'is not a URL'],
  ])('with %s is refused without repeating it', (_what, url, message) => {
    let told: unknown;
    try {
      parseDatabaseUrl(url);
    } catch (error) {
      told = error;
    }
    expect(told).toMatchObject({ code: 'database-url', exitCode: 2, message: expect.stringContaining(message) });
    expect(JSON.stringify(told, ['message', 'next', 'cause', 'stack'])).not.toContain('S3cr3t');
  });
});

test('a server that does not answer is told with host and port', async () => {
  const address = { host: '127.0.0.1', port: 9, user: 'odoo', password: 'S3cr3t', database: 'uat' };
  await expect(connect(address)).rejects.toMatchObject({
    code: 'database-unreachable',
    exitCode: 3,
    message: expect.stringContaining('127.0.0.1:9'),
  });
});

test('a server that hangs up is told as one that can not be reached', async () => {
  const port = await listen(createServer((socket) => socket.destroy()));
  const address = { host: '127.0.0.1', port, user: 'odoo', password: 'S3cr3t', database: 'uat' };
  await expect(connect(address)).rejects.toMatchObject({ code: 'database-unreachable', exitCode: 3 });
});
