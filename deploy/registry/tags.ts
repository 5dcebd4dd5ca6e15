import { z } from 'zod';
import { errorCodes, nextPage, parseJson, saysAbsent } from './answers.ts';
import { RegistryDistrusted, RegistryStatusError } from './errors.ts';
import type { HttpAnswer } from './http.ts';
import { type Digest, isDigest, isTag } from './reference.ts';
import type { Session } from './session.ts';

const MOST_PAGES = 1000;
// Other names would lead elsewhere once they stand in a path.
const TAGS = z.object({ tags: z.array(z.string().refine(isTag)).nullish() });
const REFERRERS = z.object({ manifests: z.array(z.object({ digest: z.string().refine(isDigest) })) });

/** All tags of a repository, in no order. */
export async function listTags(session: Session): Promise<string[]> {
  const tags = new Set<string>();
  for await (const answer of pages(session, `${session.base}/tags/list?n=100`)) {
    if (saysAbsent(answer)) return [];
    if (answer.status !== 200) throw new RegistryStatusError('the list of tags', answer.status, errorCodes(answer));
    const page = TAGS.safeParse(parseJson(answer.body));
    if (!page.success)
      throw new RegistryDistrusted('registry-answer', 'The registry sent a list of tags that is none.');
    for (const tag of page.data.tags ?? []) tags.add(tag);
  }
  return [...tags];
}

/**
 * What says that it belongs to a manifest (signatures, SBOMs), by the referrers API; undefined where the registry has
 * none, which it says by a 404 (distribution specification 1.1); others say that they know no such method.
 */
export async function listReferrers(session: Session, digest: Digest): Promise<Digest[] | undefined> {
  const referrers = new Set<Digest>();
  for await (const answer of pages(session, `${session.base}/referrers/${digest}`)) {
    if ([404, 405, 501].includes(answer.status)) return undefined;
    if (answer.status !== 200) throw new RegistryStatusError('the referrers', answer.status, errorCodes(answer));
    const page = REFERRERS.safeParse(parseJson(answer.body));
    if (!page.success)
      throw new RegistryDistrusted('registry-answer', 'The registry sent a list of referrers that is none.');
    for (const each of page.data.manifests) referrers.add(each.digest);
  }
  return [...referrers];
}

async function* pages({ send, url }: Session, first: string): AsyncGenerator<HttpAnswer> {
  const visited = new Set<string>();
  for (let path: string | undefined = first; path !== undefined; ) {
    if (visited.has(path) || visited.size === MOST_PAGES) {
      throw new RegistryDistrusted('registry-answer', "The registry's list goes in a circle, or on without an end.");
    }
    visited.add(path);
    const answer: HttpAnswer = await send({ method: 'GET', path, actions: 'pull' });
    yield answer;
    path = nextPage(answer.headers.get('link'), new URL(path, url));
  }
}
