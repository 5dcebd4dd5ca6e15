const MOST_REDIRECTS = 5;

/**
 * GETs a page of Odoo. Redirects are followed on its own host alone: one that leads elsewhere, which may be to the real
 * production, is given back as the answer.
 */
export async function getPage(
  url: URL,
  { timeoutMs, signal, headers = {} }: { timeoutMs: number; signal?: AbortSignal; headers?: Record<string, string> },
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const init = {
    redirect: 'manual',
    headers,
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
  } as const;
  let page = url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(page, init);
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null || redirects === MOST_REDIRECTS || !URL.canParse(location, page)) return response;
    const target = new URL(location, page);
    if (target.origin !== url.origin) return response;
    await response.body?.cancel();
    page = target;
  }
}
