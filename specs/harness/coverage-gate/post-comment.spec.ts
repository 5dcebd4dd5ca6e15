import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { githubTarget, gitlabTarget } from '../../../harness/coverage-gate/post-comment.ts';

interface Comment {
  id: number;
  body: string;
  by: number;
  bot?: boolean;
}

interface Server {
  url: string;
  comments: Comment[];
  /** Method and path of each request, in order. */
  requests: string[];
  tokens: Set<string | undefined>;
}

/** The part of GitHub's and GitLab's REST APIs that comments need: pages of 100, own comments alone can be changed. */
async function startServer(
  kind: 'github' | 'gitlab',
  { me, comments, status = 201 }: { me?: number; comments: Comment[]; status?: number },
): Promise<Server> {
  const server: Server = { url: '', comments, requests: [], tokens: new Set() };
  const http = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    server.requests.push(`${request.method} ${pathname}`);
    const token = request.headers[kind === 'github' ? 'authorization' : 'private-token'];
    server.tokens.add(Array.isArray(token) ? token[0] : token);
    const answer = (code: number, value: unknown) => {
      response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    };
    const show = ({ id, body, by, bot = false }: Comment) =>
      kind === 'github' ? { id, body, user: { id: by, type: bot ? 'Bot' : 'User' } } : { id, body, author: { id: by } };
    if (pathname === '/user') return me === undefined ? answer(403, { message: 'no' }) : answer(200, { id: me });
    if (request.method === 'GET') {
      const from = (Number(searchParams.get('page')) - 1) * 100;
      return answer(200, comments.slice(from, from + 100).map(show));
    }
    if (status >= 300) return answer(status, { message: 'secret detail' });
    const { body } = (await json(request)) as { body: string };
    if (request.method === 'POST') {
      comments.push({ id: 1000 + comments.length, body, by: me ?? 41_898_282, bot: me === undefined });
      return answer(201, {});
    }
    const existing = comments.find(({ id }) => pathname.endsWith(`/${id}`));
    if (existing !== undefined) existing.body = body;
    answer(existing === undefined ? 404 : 200, {});
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const address = http.address();
  server.url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  return server;
}

const MARKER = '<!-- mine -->';
const ME = 7;

const targets = {
  github: ({ url }: Server) =>
    githubTarget({
      GITHUB_TOKEN: 'a-token',
      GITHUB_REPOSITORY: 'acme/addons',
      GITHUB_REF: 'refs/pull/12/merge',
      GITHUB_API_URL: url,
    }),
  gitlab: ({ url }: Server) =>
    gitlabTarget({ GITLAB_TOKEN: 'a-token', CI_API_V4_URL: url, CI_PROJECT_ID: '9', CI_MERGE_REQUEST_IID: '12' }),
};

describe.each([
  ['github', '/repos/acme/addons/issues/12/comments', 'PATCH /repos/acme/addons/issues/comments/5', 'Bearer a-token'],
  ['gitlab', '/projects/9/merge_requests/12/notes', 'PUT /projects/9/merge_requests/12/notes/5', 'a-token'],
] as const)('%s', (kind, list, update, token) => {
  it('makes a comment where there is none', async () => {
    const server = await startServer(kind, { me: ME, comments: [] });
    expect(await targets[kind](server).post(MARKER, `${MARKER}\nnew`)).toBe('created');
    expect(server.comments.map(({ body }) => body)).toEqual([`${MARKER}\nnew`]);
    expect(server.requests.at(-1)).toBe(`POST ${list}`);
    expect([...server.tokens]).toEqual([token]);
  });

  it('updates its own in place', async () => {
    const server = await startServer(kind, { me: ME, comments: [{ id: 5, body: `${MARKER}\nold`, by: ME }] });
    expect(await targets[kind](server).post(MARKER, `${MARKER}\nnew`)).toBe('updated');
    expect(server.comments.map(({ body }) => body)).toEqual([`${MARKER}\nnew`]);
    expect(server.requests.at(-1)).toBe(update);
  });

  it('finds its own on a later page', async () => {
    const others = Array.from({ length: 250 }, (_, index) => ({ id: 100 + index, body: 'words', by: 1 }));
    const own = { id: 5, body: `${MARKER}\nold`, by: ME };
    const server = await startServer(kind, { me: ME, comments: [...others, own] });
    expect(await targets[kind](server).post(MARKER, 'new')).toBe('updated');
    expect(own.body).toBe('new');
  });

  it.each([
    ['of another who wrote the marker', { id: 5, body: `${MARKER}\nold`, by: 1 }],
    ['that quotes the marker', { id: 5, body: `> ${MARKER}`, by: ME }],
  ])('leaves a comment alone %s', async (_, comment) => {
    const server = await startServer(kind, { me: ME, comments: [{ ...comment }] });
    expect(await targets[kind](server).post(MARKER, 'new')).toBe('created');
    expect(server.comments[0]).toEqual(comment);
  });

  it('that refuses is an infrastructure error, without what it said', async () => {
    const server = await startServer(kind, { me: ME, comments: [], status: 403 });
    const error = await targets[kind](server)
      .post(MARKER, 'new')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'comment-not-posted', exitCode: 3, message: expect.stringContaining('403') });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/a-token|secret detail/);
  });

  it('that redirects elsewhere gets no token there', async () => {
    const elsewhere = await startServer(kind, { me: ME, comments: [] });
    const http = createServer((_, response) => response.writeHead(307, { Location: elsewhere.url }).end());
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      http.close();
    });
    const address = http.address();
    const url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
    await expect(targets[kind]({ ...elsewhere, url }).post(MARKER, 'new')).rejects.toMatchObject({
      code: 'comment-not-posted',
    });
    expect(elsewhere.requests).toEqual([]);
  });
});

it("a workflow's own token can not ask who it is: on GitHub a bot's comment is updated", async () => {
  const server = await startServer('github', { comments: [{ id: 5, body: MARKER, by: 41_898_282, bot: true }] });
  expect(await targets.github(server).post(MARKER, 'new')).toBe('updated');
});

it.each([
  ['no token', () => githubTarget({ GITHUB_REPOSITORY: 'a/b', GITHUB_REF: 'refs/pull/1/merge' }), 'GITHUB_TOKEN'],
  ['an empty token', () => githubTarget({ GITHUB_TOKEN: '' }), 'GITHUB_TOKEN'],
  [
    'no pull request',
    () => githubTarget({ GITHUB_TOKEN: 'x', GITHUB_REPOSITORY: 'a/b', GITHUB_REF: 'refs/heads/main' }),
    'no job of a pull request',
  ],
  [
    'an event that is not there',
    () => githubTarget({ GITHUB_TOKEN: 'x', GITHUB_REPOSITORY: 'a/b', GITHUB_EVENT_PATH: '/nowhere' }),
    'no job of a pull request',
  ],
  [
    'no merge request',
    () => gitlabTarget({ GITLAB_TOKEN: 'x', CI_API_V4_URL: 'http://x', CI_PROJECT_ID: '1' }),
    'CI_MERGE_REQUEST_IID',
  ],
])('%s is a usage error', (_, make, says) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'comment-target-unknown', exitCode: 2, message: expect.stringContaining(says) }),
  );
});
