import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GateError } from '../../../harness/errors.ts';
import { type SigstoreServices, signKeyless } from '../../../harness/evidence/sign-keyless.ts';
import { listen, serve } from '../../support/local-server.ts';
import { tokenFor, useSigstore } from '../../support/sigstore.ts';
import { keylessSigner, WORKFLOW } from './sample-keyless.ts';

const sigstore = useSigstore();
const TOKEN = tokenFor(WORKFLOW);
const STATEMENT = '{"secret":"of the report"}';

// As on a machine that is no CI.
beforeEach(() => {
  for (const name of [
    'SIGSTORE_ID_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'BUILDKITE',
  ])
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const sign = (change: SigstoreServices = {}) => {
  const { fulcioUrl, rekorUrl } = sigstore().services;
  return signKeyless({ fulcioUrl, rekorUrl, ...change })(STATEMENT);
};

/** What was thrown, with everything that a terminal can get to see of it. */
async function failure(change?: SigstoreServices) {
  const error = await sign(change).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof GateError)) throw new Error(`no error of ours: ${error}`);
  const { code, exitCode, message, next, cause } = error;
  return {
    code,
    exitCode,
    message,
    next,
    all: [message, next, error.stack, cause, (cause as Error)?.stack].join('\n'),
  };
}

it('the statement is signed as whoever the token says', async () => {
  vi.stubEnv('SIGSTORE_ID_TOKEN', TOKEN);
  const opened = keylessSigner(sigstore()).open(JSON.parse(await sign()));
  expect(opened).toMatchObject({ signer: WORKFLOW, payloadType: 'application/vnd.in-toto+json' });
  expect('payload' in opened && opened.payload.toString()).toBe(STATEMENT);
});

it('in GitHub Actions the token is asked for, for the audience of sigstore', async () => {
  const asked: (string | undefined)[] = [];
  const github = await serve((request, response) => {
    asked.push(request.url, request.headers.authorization);
    response.end(JSON.stringify({ value: TOKEN }));
  });
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', `${github}token?api-version=2`);
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'a-request-token');
  expect(keylessSigner(sigstore()).open(JSON.parse(await sign()))).toMatchObject({ signer: WORKFLOW });
  expect(asked).toEqual(['/token?api-version=2&audience=sigstore', 'Bearer a-request-token']);
});

it('the log keeps hashes, and nothing of the statement; the file keeps nothing of the token', async () => {
  vi.stubEnv('SIGSTORE_ID_TOKEN', TOKEN);
  const file = await sign();
  const entry = sigstore().logged.at(-1) ?? '';
  expect(JSON.parse(entry)).toMatchObject({ kind: 'dsse', spec: { payloadHash: { algorithm: 'sha256' } } });
  for (const spelling of [STATEMENT, Buffer.from(STATEMENT).toString('base64')]) expect(entry).not.toContain(spelling);
  for (const part of TOKEN.split('.')) expect(file).not.toContain(part);
});

describe('nothing in the environment says who signs', () => {
  it.each([
    ['at all', {}],
    ['because the job of GitHub has no permission', { GITHUB_ACTIONS: 'true' }],
    ['since half of what GitHub gives is missing', { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.com' }],
    ['since the variable is empty', { SIGSTORE_ID_TOKEN: '' }],
  ])('%s: it is said before anything is done, with the way that needs no network', (_, environment) => {
    expect(() => signKeyless({}, environment)).toThrow(
      expect.objectContaining({
        code: 'keyless-no-identity',
        exitCode: 2,
        next: expect.stringMatching(/id-token: write.*SIGSTORE_ID_TOKEN.*odoo-gate keys/),
      }),
    );
  });
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

it.each([
  ['is no token', 'not-a-token-but-secret'],
  ['names nobody', `e30.${part({ iss: WORKFLOW.issuer })}.secret`],
  ['names an address that nobody has checked', `e30.${part({ email: 'anna@acme.example' })}.secret`],
])('a token that %s is refused, and not shown', async (_, token) => {
  vi.stubEnv('SIGSTORE_ID_TOKEN', token);
  const { all, ...error } = await failure();
  expect(error).toMatchObject({ code: 'keyless-token', exitCode: 2 });
  for (const secret of token.split('.')) if (secret.length > 3) expect(all).not.toContain(secret);
});

describe('nothing is signed, it is said who failed, and the token is not shown, when', () => {
  const answering = (statusCode: number, body: unknown = {}) =>
    serve((_, response) =>
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  /** Nobody listens there. */
  const nowhere = async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    return new URL(`http://127.0.0.1:${port}`);
  };
  const entry = { body: btoa('{"kind":"dsse","apiVersion":"0.0.1"}'), integratedTime: 1, logID: 'ab', logIndex: 1 };

  it.each<[string, () => Promise<SigstoreServices>, RegExp]>([
    ['Fulcio can not be reached', async () => ({ fulcioUrl: await nowhere() }), /^Fulcio can not be reached/],
    [
      'Fulcio refuses, quoting the token',
      async () => ({ fulcioUrl: await answering(403, { message: TOKEN }) }),
      /^Fulcio answered 403/,
    ],
    [
      'Fulcio answers nonsense',
      async () => ({ fulcioUrl: await answering(201, [1]) }),
      /^Fulcio .*does not answer as it should/,
    ],
    ['Rekor is down', async () => ({ rekorUrl: await answering(503) }), /^Rekor answered 503/],
    ['Rekor finds the report too large', async () => ({ rekorUrl: await answering(413) }), /^Rekor answered 413/],
    [
      'Rekor answers nonsense',
      async () => ({ rekorUrl: await answering(201, []) }),
      /^Rekor .*does not answer as it should/,
    ],
    [
      'Rekor gives an entry that is none',
      async () => ({ rekorUrl: await answering(201, { id: {} }) }),
      /^Sigstore .*does not answer as it should/,
    ],
    [
      'Rekor proves nothing',
      async () => ({ rekorUrl: await answering(201, { id: entry }) }),
      /^Sigstore .*does not answer as it should/,
    ],
    [
      'the timestamp authority refuses',
      async () => ({ tsaUrl: await answering(400) }),
      /^The timestamp authority answered 400/,
    ],
  ])('%s', async (_, services, says) => {
    vi.stubEnv('SIGSTORE_ID_TOKEN', TOKEN);
    const { all, ...error } = await failure(await services());
    expect(error).toMatchObject({ code: 'keyless-failed', exitCode: 3, message: expect.stringMatching(says) });
    expect(error.next).toContain('odoo-gate keys');
    for (const part of TOKEN.split('.')) expect(all).not.toContain(part);
  });

  it('the provider of identities refuses', async () => {
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', `${await answering(403)}`);
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'a-request-token');
    const { all, ...error } = await failure();
    expect(error).toMatchObject({
      code: 'keyless-failed',
      message: expect.stringMatching(/^The provider of identities/),
    });
    expect(all).not.toContain('a-request-token');
  });
});
