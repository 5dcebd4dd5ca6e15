import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterAll } from 'vitest';
import type { RegistryLogin } from './registry.ts';

/** Basic login; `htpasswd` is lines of user:bcrypt. */
export async function basicLogin(htpasswd: string): Promise<RegistryLogin> {
  return {
    environment: {
      REGISTRY_AUTH: 'htpasswd',
      REGISTRY_AUTH_HTPASSWD_REALM: 'test',
      REGISTRY_AUTH_HTPASSWD_PATH: '/htpasswd',
    },
    files: [{ target: '/htpasswd', content: htpasswd }],
  };
}

/** Who may do what in every repository: `ci:right`, or `<token>:r3fresh` of an identity token → `['pull', 'push']`. */
export type Rights = Readonly<Record<string, readonly string[]>>;

/** Bearer login: a token service on loopback that signs what the registry then verifies for itself. */
export async function bearerLogin(rights: Rights): Promise<RegistryLogin> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'token service' }]);
  const signer = createPrivateKey(key);
  const x5c = [cert.replace(/-----[^-]+-----|\s/g, '')];
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

  const server = createServer(async (request, response) => {
    const form = new URLSearchParams((await request.setEncoding('utf8').toArray()).join(''));
    const query = new URL(request.url ?? '', 'http://localhost').searchParams;
    const [asked, login] =
      form.get('grant_type') === 'refresh_token'
        ? [form, `<token>:${form.get('refresh_token')}`]
        : [query, Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()];
    const allowed = rights[login];
    if (allowed === undefined) return response.writeHead(asked === form ? 400 : 401).end('{"error":"invalid_grant"}');
    const access = asked.getAll('scope').flatMap((scopes) =>
      scopes.split(' ').map((scope) => {
        const [type = '', name = '', actions = ''] = scope.split(':');
        return { type, name, actions: actions.split(',').filter((action) => allowed.includes(action)) };
      }),
    );
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'test',
      aud: asked.get('service'),
      exp: now + 60,
      nbf: now - 60,
      jti: randomUUID(),
      access,
    };
    const signed = `${encode({ typ: 'JWT', alg: 'RS256', x5c })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), signer).toString('base64url');
    response.end(JSON.stringify({ [asked === form ? 'access_token' : 'token']: `${signed}.${signature}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());

  return {
    environment: {
      REGISTRY_AUTH: 'token',
      REGISTRY_AUTH_TOKEN_REALM: `http://localhost:${(server.address() as AddressInfo).port}/token`,
      REGISTRY_AUTH_TOKEN_SERVICE: 'registry',
      REGISTRY_AUTH_TOKEN_ISSUER: 'test',
      REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE: '/token-service.pem',
    },
    files: [{ target: '/token-service.pem', content: cert }],
  };
}
