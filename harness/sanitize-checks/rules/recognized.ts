import { type Check, inconclusive, passed } from '../../check.ts';
import type { SanitizeContext } from '../context.ts';
import { whyUnreadable } from '../unreadable.ts';

const CORE = ['res_company', 'res_users', 'res_partner', 'ir_cron', 'ir_config_parameter', 'ir_model_data'];

/** That there is an Odoo to judge at all. Whatever it can't recognize, the other checks can't either. */
export const recognized: Check<SanitizeContext> = {
  id: 'sanitize.recognized',
  title: 'This is a whole Odoo database of a known version',
  severity: 'critical',
  needs: ['sql'],
  async run({ session, database }) {
    if (database.kind === 'unknown') return inconclusive(database.reason);
    for (const table of CORE) {
      if (!session.schema.has(table)) return inconclusive(`the table ${table} is missing: a half-restored database`);
      try {
        const rows = await session.query(`SELECT FROM "${table}" LIMIT 1`);
        if (rows.length === 0) return inconclusive(`the table ${table} has no rows: a half-restored database`);
      } catch (error) {
        return inconclusive(whyUnreadable(table, error));
      }
    }
    return passed(2 + CORE.length);
  },
};
