import { isBlank, text } from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';

/** Columns whose value, in a link, opens a document or takes a call without signing in. */
const LINK_COLUMNS = new Set(['access_token', 'invite_token', 'webhook_uuid', 'attendance_kiosk_key']);
/** A cookie's number for statistics, which opens nothing. */
const NO_LINKS = new Set(['website_visitor']);

export const sharedLinks: RuleSet = {
  id: 'sanitize.shared-links',
  title: "No link of production's opens a document: tokens are drawn anew",
  why: 'On production the same link opens the original, without signing in.',
  source:
    'Odoo portal.mixin and whatever else has an access_token; mail, base_automation (webhook_uuid), hr_attendance',
  beside: ['*.access_token, *.invite_token, *.webhook_uuid, *.attendance_kiosk_key'],
  severity: 'high',
  rules: ({ session: { schema } }) =>
    [...schema.tables()]
      .filter((table) => !NO_LINKS.has(table))
      .flatMap((table) =>
        [...(schema.columns(table)?.keys() ?? [])]
          .filter((column) => LINK_COLUMNS.has(column))
          .map((column) => ({
            table,
            columns: [column],
            none: `NOT (${isBlank(column)} OR ${text(column)} ~ '^copy-[0-9a-f]{32}$')`,
            says: "links of production's: whoever reads the copy can open the originals",
            fix: `Set ${table}.${column} to NULL, or to 'copy-' and 32 random hexadecimal digits.`,
            armed: 'secret' as const,
          })),
      ),
};
