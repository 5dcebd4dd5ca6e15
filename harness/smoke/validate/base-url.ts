import { z } from 'zod';
import { type Check, type Finding, failedUnlessEmpty } from '../../check.ts';
import type { LiveContext } from './context.ts';

const PARAMETER = z.object({ key: z.string(), value: z.union([z.string(), z.literal(false)]) });

/** Links in mails and reports lead to `web.base.url`; unfrozen it follows whoever signs in as administrator. */
export const baseUrlCheck: Check<LiveContext> = {
  id: 'live.base-url',
  title: 'The base URL is the one of this Odoo, and frozen',
  severity: 'high',
  needs: ['rpc'],
  run: async ({ odoo, baseUrl }) => {
    const keys = ['web.base.url', 'web.base.url.freeze'];
    const rows = await odoo.searchRead('ir.config_parameter', [['key', 'in', keys]], PARAMETER);
    const parameter = (key: string) => rows.find((row) => row.key === key)?.value;
    const findings: Finding[] = [];
    const base = parameter('web.base.url');
    if (typeof base !== 'string' || !URL.canParse(base) || new URL(base).origin !== baseUrl.origin) {
      findings.push({
        message: `leads elsewhere than to ${baseUrl.origin}`,
        location: 'ir_config_parameter[web.base.url]',
        fix: 'Set it to the address of this Odoo, or give the right one with --base-url.',
      });
    }
    const frozen = parameter('web.base.url.freeze');
    if (typeof frozen !== 'string' || !/^(true|1)$/i.test(frozen)) {
      findings.push({
        message: 'is not set: the base URL changes with the next sign-in of an administrator',
        location: 'ir_config_parameter[web.base.url.freeze]',
        fix: 'Set it to True.',
      });
    }
    return failedUnlessEmpty(findings, keys.length);
  },
};
