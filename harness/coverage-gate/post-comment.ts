import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InfrastructureError, messageOf, UsageError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A pull or merge request that can be commented on. */
export interface CommentTarget {
  /** For messages: no secret is in it. */
  name: string;
  /** Replaces the comment that has this marker, or makes one. Throws InfrastructureError `comment-not-posted`. */
  post(marker: string, text: string): Promise<'updated' | 'created'>;
}

interface Api {
  name: string;
  headers: Readonly<Record<string, string>>;
  /** Answers who the token is of; some tokens may not ask. */
  user: string;
  comments: string;
  commentOf(id: number): string;
  update: 'PATCH' | 'PUT';
}

const TIMEOUT_MS = 30_000;
const PAGE = 100;
/** Beyond a hundred pages it is no discussion. */
const MOST_PAGES = 100;

const NEXT = 'Check that the token may write comments; --comment FILE writes the text for a job that may.';
const comments = z.array(
  z.object({
    id: z.int(),
    body: z.string().nullish(),
    user: z.object({ id: z.int(), type: z.string().optional() }).nullish(),
    author: z.object({ id: z.int() }).nullish(),
  }),
);

/** The pull request that a job of GitHub Actions runs for. Throws UsageError `comment-target-unknown`. */
export function githubTarget(env: Environment): CommentTarget {
  const token = needed(env, 'GITHUB_TOKEN');
  const repository = needed(env, 'GITHUB_REPOSITORY');
  const number = pullRequestNumber(env);
  const root = (env.GITHUB_API_URL ?? 'https://api.github.com').replace(/\/$/, '');
  const issues = `${root}/repos/${repository}/issues`;
  return target({
    name: `pull request ${number} of ${repository}`,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.github+json',
      'X-GitHub-Api-Version': '2022-11-28',
    },
    user: `${root}/user`,
    comments: `${issues}/${number}/comments`,
    commentOf: (id) => `${issues}/comments/${id}`,
    update: 'PATCH',
  });
}

/** The merge request that a pipeline of GitLab runs for. Throws UsageError `comment-target-unknown`. */
export function gitlabTarget(env: Environment): CommentTarget {
  const token = needed(env, 'GITLAB_TOKEN');
  const root = needed(env, 'CI_API_V4_URL').replace(/\/$/, '');
  const project = needed(env, 'CI_PROJECT_ID');
  const number = needed(env, 'CI_MERGE_REQUEST_IID');
  const notes = `${root}/projects/${encodeURIComponent(project)}/merge_requests/${encodeURIComponent(number)}/notes`;
  return target({
    name: `merge request ${number} of project ${project}`,
    headers: { 'PRIVATE-TOKEN': token },
    user: `${root}/user`,
    comments: notes,
    commentOf: (id) => `${notes}/${id}`,
    update: 'PUT',
  });
}

function target(api: Api): CommentTarget {
  return {
    name: api.name,
    post: async (marker, text) => {
      const own = await findOwn(api, marker);
      if (own === undefined) await send(api, 'POST', api.comments, text);
      else await send(api, api.update, api.commentOf(own), text);
      return own === undefined ? 'created' : 'updated';
    },
  };
}

/** Anyone can write the marker: only what the token's own user, or where that can't be asked a bot, wrote is replaced. */
async function findOwn(api: Api, marker: string): Promise<number | undefined> {
  const me = await ownId(api);
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const found = comments.safeParse(await ask(api, `${api.comments}?per_page=${PAGE}&page=${page}`));
    if (!found.success) throw notPosted(api, 'it answers with no list of comments');
    const own = found.data.find(({ body, user, author }) => {
      if (body?.startsWith(marker) !== true) return false;
      const writer = user ?? author;
      return me === undefined ? user?.type === 'Bot' : writer?.id === me;
    });
    if (own !== undefined) return own.id;
    if (found.data.length < PAGE) return undefined;
  }
  return undefined;
}

async function ownId(api: Api): Promise<number | undefined> {
  const response = await request(api, api.user, {});
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  return z.object({ id: z.int() }).safeParse(await response.json().catch(() => undefined)).data?.id;
}

async function ask(api: Api, url: string): Promise<unknown> {
  const response = await request(api, url, {});
  if (!response.ok) throw notPosted(api, `it answers ${response.status}`);
  return response.json().catch(() => undefined);
}

async function send(api: Api, method: string, url: string, body: string): Promise<void> {
  const response = await request(api, url, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ body }),
  });
  await response.body?.cancel();
  if (!response.ok) throw notPosted(api, `it answers ${response.status}`);
}

/** A token goes to no other host than the one that it is for: a redirect is refused. */
async function request(api: Api, url: string, { headers, ...init }: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      headers: { ...api.headers, ...(headers as Record<string, string> | undefined), 'User-Agent': 'odoo-gate' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw notPosted(api, `it can't be reached: ${messageOf(cause)}`);
  }
}

function notPosted({ name }: Api, problem: string): InfrastructureError {
  return new InfrastructureError('comment-not-posted', `${name} got no comment: ${problem}`, { next: NEXT });
}

function pullRequestNumber(env: Environment): string {
  const [, number] = /^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? '') ?? [];
  const found = number ?? numberInEvent(env.GITHUB_EVENT_PATH);
  if (found !== undefined) return found;
  throw new UsageError(
    'comment-target-unknown',
    'this is no job of a pull request: neither GITHUB_REF nor GITHUB_EVENT_PATH names one',
    {
      next: 'Run it on `pull_request`, or give --comment a file.',
    },
  );
}

function numberInEvent(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    const event = z.object({ pull_request: z.object({ number: z.int().positive() }) });
    return String(event.parse(JSON.parse(readFileSync(path, 'utf8'))).pull_request.number);
  } catch {
    return undefined;
  }
}

function needed(env: Environment, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new UsageError('comment-target-unknown', `--comment needs the variable ${name}, which is not set`, {
    next: 'Run it in a job of a pull or merge request, with a token in its environment; or give --comment a file.',
  });
}
