import type { Finding } from '../check.ts';
import type { LogRecord } from './odoo-log.ts';

/** Odoo goes on without them and ends with 0 (modules/loading.py, since 8.0). */
const LEFT_OUT = /modules are not loaded|invalid module names|inconsistent states/i;

/** Modules that Odoo started or updated without. */
export function modulesLeftOut({ problems }: { problems: readonly LogRecord[] }): Finding[] {
  return problems
    .filter(({ message }) => LEFT_OUT.test(message))
    .map(({ message }) => ({
      message: message.split('\n')[0] ?? '',
      location: "Odoo's log",
      fix: 'The image lacks the code of these modules: add their addons to it, or with --addons.',
    }));
}
