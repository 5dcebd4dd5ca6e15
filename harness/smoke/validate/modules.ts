import { z } from 'zod';
import { type Check, type Finding, failedUnlessEmpty, inconclusive } from '../../check.ts';
import type { LiveContext } from './context.ts';

const text = z.union([z.string(), z.literal(false)]);
/** Odoo's own names are the wrong way round: `latest_version` is installed, `installed_version` is the manifest's. */
const MODULE = z.object({ name: z.string(), state: z.string(), latest_version: text, installed_version: text });

/** Code that was deployed without `-u` runs on yesterday's tables and views. */
export const modulesCheck: Check<LiveContext> = {
  id: 'live.modules',
  title: "Every module is installed at its manifest's version, none waits",
  severity: 'critical',
  needs: ['rpc'],
  run: async ({ odoo }) => {
    const states = ['installed', 'to install', 'to upgrade', 'to remove'];
    const modules = await odoo.searchRead('ir.module.module', [['state', 'in', states]], MODULE);
    if (modules.length === 0) return inconclusive('no module is installed, or this login may not see them');
    const findings = modules.flatMap(({ name, state, latest_version, installed_version }): Finding[] => {
      const location = `ir_module_module[${name}]`;
      if (state !== 'installed') {
        return [{ message: `is in state "${state}"`, location, fix: `Start Odoo once with -u ${name}.` }];
      }
      if (latest_version === installed_version) return [];
      const message = `is installed at ${latest_version || 'no version'}, its manifest says ${installed_version || 'none'}`;
      return [{ message, location, fix: `Update it: -u ${name}.` }];
    });
    return failedUnlessEmpty(findings, modules.length);
  },
};
