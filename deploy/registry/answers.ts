import { z } from 'zod';
import { RegistryDistrusted } from './errors.ts';
import type { HttpAnswer } from './http.ts';

export const DIGEST_HEADER = 'docker-content-digest';

const ERRORS = z.object({ errors: z.array(z.object({ code: z.string() })) });

/** The codes of the distribution specification in an answer's body: `MANIFEST_UNKNOWN`. */
export function errorCodes({ body }: HttpAnswer): string[] {
  const parsed = ERRORS.safeParse(parseJson(body));
  if (!parsed.success) return [];
  return parsed.data.errors.map(({ code }) => (/^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unreadable code'));
}

/** A 404 whose every error code means "not there"; a web server's own 404 page is none. */
export function saysAbsent(answer: HttpAnswer): boolean {
  const codes = errorCodes(answer);
  return answer.status === 404 && codes.length > 0 && codes.every((code) => /_UNKNOWN$|^NOT_?FOUND$/.test(code));
}

export function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status <= 299;
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The path of `Link: <…>; rel="next"`. Throws when it leads to another origin: the login would go with it. */
export function nextPage(link: string | null, current: URL): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
  return target === undefined ? undefined : pathAt(current, target, "The registry's list goes on");
}

/** The path and query of an address of the registry itself, absolute or relative. Throws when it is another's. */
export function pathAt(current: URL, address: string, what: string): string {
  const next = URL.canParse(address, current) ? new URL(address, current) : undefined;
  if (next === undefined || next.origin !== current.origin) {
    throw new RegistryDistrusted('registry-redirect', `${what} at another host than ${current.origin}.`);
  }
  return `${next.pathname}${next.search}`;
}
