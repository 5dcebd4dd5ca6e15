import { messageOf } from '../../errors.ts';
import { maskValues } from '../../masking.ts';
import { getPage } from '../../stack/get-page.ts';
import type { LiveContext } from './context.ts';

const TIMEOUT_MS = 120_000;

export interface FetchedPage {
  status: number;
  type: string;
  body: string;
}

/** A page of this Odoo, as the administrator when `signedIn`; or why there is none. Redirects elsewhere are not followed. */
export async function fetchPage(
  { url, session }: Pick<LiveContext, 'url' | 'session'>,
  path: string,
  { signedIn = false }: { signedIn?: boolean } = {},
): Promise<FetchedPage | { problem: string }> {
  try {
    const headers = signedIn ? { Cookie: `session_id=${session.cookie}` } : {};
    const response = await getPage(new URL(path, url), { timeoutMs: TIMEOUT_MS, headers });
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: await response.text() };
  } catch (error) {
    return { problem: `can't be fetched: ${maskValues(messageOf(error))}` };
  }
}
