import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { type Check, type CheckOutcome, failedUnlessEmpty } from '../../check.ts';
import { call } from '../session.ts';
import type { LiveContext } from './context.ts';

const TIMEOUT_MS = 10_000;

/** Messages arrive by it at once. Behind a proxy it often leads to another port, and is the first to be forgotten. */
export const liveChannelCheck: Check<LiveContext> = {
  id: 'live.channel',
  title: 'The websocket opens; before Odoo 16, longpolling answers',
  severity: 'medium',
  needs: ['rpc'],
  run: (context) => (context.session.version >= 16 ? websocket(context) : longpolling(context)),
};

const FIX =
  'Let the proxy lead /websocket (before 16 /longpolling) to the gevent port, with Upgrade and Connection headers.';

async function websocket({ url, session }: LiveContext): Promise<CheckOutcome> {
  const status = await upgradeStatus(new URL('/websocket', url), session.cookie);
  const message = typeof status === 'number' ? `answers ${status}, not 101` : status;
  return failedUnlessEmpty(status === 101 ? [] : [{ message, location: '/websocket', fix: FIX }], 1);
}

/** The status that an upgrade gets (RFC 6455), or why there is none. */
function upgradeStatus(url: URL, cookie: string): Promise<number | string> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    Origin: url.origin,
    Cookie: `session_id=${cookie}`,
  };
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, { headers, timeout: TIMEOUT_MS });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', ({ message }) => resolve(message));
  });
}

async function longpolling({ url, session }: LiveContext): Promise<CheckOutcome> {
  const location = '/longpolling/im_status';
  try {
    // Unlike a poll it answers at once.
    await call({ url }, session, location, { partner_ids: [] });
    return failedUnlessEmpty([], 1);
  } catch (error) {
    return failedUnlessEmpty([{ message: error instanceof Error ? error.message : 'fails', location, fix: FIX }], 1);
  }
}
