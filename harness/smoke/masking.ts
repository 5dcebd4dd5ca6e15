import { maskValues } from '../masking.ts';

/** What may leave a page as text: messages quote records, so anything that could be one is masked or left out. */
export type Privacy = 'keep' | 'blur';

// Raised by the JavaScript engine itself; their messages name code, not data.
const ENGINE_ERRORS = ['TypeError', 'ReferenceError', 'RangeError'];

/** A JavaScript error as one line; under `blur` only what can't hold a value. */
export function describeScriptError(error: { name: string; message: string }, privacy: Privacy): string {
  const name = /^[A-Za-z_]\w*$/.test(error.name) ? error.name : 'Error';
  if (privacy === 'keep' || ENGINE_ERRORS.includes(name)) return `${name}: ${maskValues(error.message)}`;
  return name;
}

/** The path of an address without query, numbers and free text: only Odoo's own routes are shown beyond the first part. */
export function describeAddress(address: string): string {
  if (!URL.canParse(address)) return 'an unknown page';
  const [first = '', ...rest] = new URL(address).pathname.split('/').filter((part) => part !== '');
  if (first === '') return '/';
  if (!['odoo', 'web', 'mail', 'bus', 'longpolling', 'websocket'].includes(first) && !rest.includes('static')) {
    return rest.length === 0 ? `/${first}` : `/${first}/…`;
  }
  return `/${[first, ...rest.map((part) => (/^\d+$/.test(part) ? 'N' : part))].join('/')}`;
}

/** Where in Odoo's Python an error came from: `sale/models/sale_order.py:12 in action_confirm`, read off its traceback. */
export function raisedAt(traceback: string): string | undefined {
  const frames = [...traceback.matchAll(/File "([^"]+)", line (\d+), in (\S+)/g)];
  const inAddon = frames.findLast(([, file = '']) => file.includes('/addons/') || file.includes('/extra-addons/'));
  const [, file = '', line, name] = inAddon ?? frames.at(-1) ?? [];
  if (file === '') return undefined;
  return `${file.replace(/^.*\/(?:extra-)?addons\//, '')}:${line} in ${name}`;
}
