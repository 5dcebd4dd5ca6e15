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

/** A place in Odoo's Python. */
export interface Raised {
  /** `sale/models/sale_order.py:12 in action_confirm` */
  at: string;
  /** The module, where the place is in one. */
  addon?: string;
}

/**
 * Where in Odoo's Python an error came from, read off its traceback: the innermost frame in a module. Modules lie in folders
 * called `addons`; those of these names lie anywhere.
 */
export function raisedAt(traceback: string, modules: ReadonlySet<string> = new Set()): Raised | undefined {
  const frames = [...traceback.matchAll(/File "([^"]+)", line (\d+), in (\S+)/g)].map(
    ([, file = '', line = '', name = '']) => {
      const folders = file.split('/').slice(0, -1);
      const root = folders.findLastIndex((folder) => /^(extra-)?addons$/.test(folder));
      const known = folders.findLastIndex((folder, index) => index > root && modules.has(folder));
      const addon = known >= 0 ? known : root >= 0 && root + 1 < folders.length ? root + 1 : undefined;
      const shown = addon === undefined ? file : file.split('/').slice(addon).join('/');
      return { at: `${shown}:${line} in ${name}`, ...(addon !== undefined && { addon: folders[addon] ?? '' }) };
    },
  );
  return frames.findLast(({ addon }) => addon !== undefined) ?? frames.at(-1);
}

/** Where in a script the browser was: an address and a line of it. */
export interface ScriptPlace {
  url: string;
  line: number;
}

/** What went wrong and where, of a console's text: Odoo tells the cause, with its stack, below what followed from it. */
export function readConsoleError(text: string): { message: string; place?: ScriptPlace } {
  const lines = text.split('\n');
  const causedAt = lines.findLastIndex((line) => /^Caused by: \w*Error\b/.test(line));
  const rest = causedAt < 0 ? lines : lines.slice(causedAt);
  const [, url, line] = rest.map((each) => /^\s+at .*?\(?(https?:\S+?):(\d+):\d+\)?$/.exec(each)).find(Boolean) ?? [];
  return {
    message: (rest[0] ?? '').replace(/^Caused by: /, ''),
    ...(url !== undefined && { place: { url, line: Number(line) } }),
  };
}
