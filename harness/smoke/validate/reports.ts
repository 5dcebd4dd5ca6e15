import { z } from 'zod';
import { type Check, failedUnlessEmpty } from '../../check.ts';
import type { LiveContext } from './context.ts';

const STATES: Readonly<Record<string, string>> = {
  install: 'wkhtmltopdf is not installed: reports are shown as HTML, and invoices have no PDF',
  upgrade: 'wkhtmltopdf is too old: headers and footers are missing',
  workers: 'Odoo has too few workers to print: wkhtmltopdf asks for pages while a worker waits for it',
  broken: 'wkhtmltopdf does not start',
};

/** Asks Odoo itself what it thinks of its renderer. */
export const reportsCheck: Check<LiveContext> = {
  id: 'live.reports',
  title: 'PDF reports can be rendered',
  severity: 'medium',
  needs: ['rpc'],
  run: async ({ odoo }) => {
    const state = z.string().parse(await odoo.executeKw('ir.actions.report', 'get_wkhtmltopdf_state', []));
    const message = STATES[state] ?? `Odoo says "${state}" of its renderer`;
    const fix = 'Install the wkhtmltopdf (with patched Qt) that this version of Odoo asks for, in the image.';
    return failedUnlessEmpty(state === 'ok' ? [] : [{ message, location: 'wkhtmltopdf', fix }], 1);
  },
};
