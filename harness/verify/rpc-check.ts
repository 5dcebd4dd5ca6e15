import { z } from 'zod';
import { type Check, type Finding, failedUnlessEmpty } from '../check.ts';
import { GateError } from '../errors.ts';
import { connectOdoo } from '../odoo-rpc/client.ts';
import { OdooTimeout, OdooUnreachable } from '../odoo-rpc/transport-errors.ts';

export interface RpcContext {
  url: URL;
  database: string;
  login: string;
  password: string;
  /** Of the image: `19.0`. */
  series: string;
}

/** Integrations speak to Odoo this way; it needs the registry, the database and the session store, but no browser. */
export const rpcCheck: Check<RpcContext> = {
  id: 'stack.rpc',
  title: 'Odoo answers over XML-RPC and lets the administrator in',
  severity: 'critical',
  needs: ['rpc'],
  run: async ({ series, ...connection }) => {
    const odoo = connectOdoo(connection);
    const findings: Finding[] = [];
    try {
      const version = await odoo.version();
      if (version.series !== series) {
        findings.push({
          message: `it says it is Odoo ${version.series}; the image is ${series}`,
          location: 'common.version',
        });
      }
      await odoo.login();
      const [company] = await odoo.searchRead('res.company', [], z.object({ name: z.string() }), { limit: 1 });
      if (company === undefined)
        findings.push({ message: 'it shows the administrator no company', location: 'res.company' });
    } catch (error) {
      // What Odoo answered is its failure; a server that is gone could not be asked.
      if (!(error instanceof GateError) || error instanceof OdooUnreachable || error instanceof OdooTimeout)
        throw error;
      findings.push({ message: error.message, location: error.code, fix: error.next });
    }
    return failedUnlessEmpty(findings, 3);
  },
};
