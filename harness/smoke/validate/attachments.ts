import { z } from 'zod';
import { type Check, type Finding, failedUnlessEmpty, notApplicable } from '../../check.ts';
import type { LiveContext } from './context.ts';
import { fetchPage } from './fetch-page.ts';

const ATTACHMENT = z.object({ file_size: z.number() });
/** Of so many files that were stored last and first each. */
const SAMPLE = 20;

/** A sample alone, asked through Odoo: `check --filestore` looks at all. */
export const attachmentsCheck: Check<LiveContext> = {
  id: 'live.attachments',
  title: 'Files of the filestore are served (a sample)',
  severity: 'high',
  needs: ['rpc'],
  run: async (context) => {
    const { odoo } = context;
    const domain = [
      ['store_fname', '!=', false],
      ['type', '=', 'binary'],
      ['file_size', '>', 0],
    ];
    const ids = z.array(z.number());
    const search = async (order: string) =>
      ids.parse(await odoo.executeKw('ir.attachment', 'search', [domain], { limit: SAMPLE, order }));
    const sample = [...new Set([...(await search('id asc')), ...(await search('id desc'))])];
    if (sample.length === 0) return notApplicable('no attachment is kept in the filestore');
    const findings: Finding[] = [];
    for (const { id, file_size: size } of await odoo.read('ir.attachment', sample, ATTACHMENT)) {
      const page = await fetchPage(context, `/web/content/${id}`, { signedIn: true });
      const problem = 'problem' in page ? page.problem : page.status === 200 ? undefined : `answers ${page.status}`;
      const empty = 'body' in page && page.status === 200 && page.body === '' && size > 0;
      if (problem === undefined && !empty) continue;
      findings.push({ message: problem ?? 'is empty', location: `ir_attachment[${id}]`, fix: FIX });
    }
    return failedUnlessEmpty(findings, sample.length);
  },
};

const FIX = 'Restore the filestore that belongs to this database.';
