import { isBlank } from '../anonymized-shape.ts';
import type { SanitizeContext } from '../context.ts';
import { INVENTORY } from '../personal-data/inventory.ts';
import type { Examination, RuleSet } from '../rule.ts';
import { whyUnreadable } from '../unreadable.ts';

/** In bytes. A placeholder is no larger; hardly any scan, photo or letter is as small. */
const LARGEST_PLACEHOLDER = 1024;
/** Pictures and documents of these are the shop's own, or of a product. */
const PUBLIC = ['res_company', 'account_journal', 'event_event', 'mailing_mailing', 'ir_attachment', 'fleet_vehicle'];
const TABLES = [...new Set(INVENTORY.map(({ table }) => table))].filter((table) => !PUBLIC.includes(table));

/** Compared as tables: the model survey.user_input has an underscore of its own. */
const OF_PEOPLE = `replace(t.res_model, '.', '_') IN (${TABLES.map((table) => `'${table}'`).join(', ')})
  AND NOT (t.res_model = 'res.partner' AND EXISTS (SELECT FROM res_company c WHERE c.partner_id = t.res_id))`;
/** Files that came with a module can be read in its source. */
const SHIPPED = `EXISTS (SELECT FROM ir_model_data d JOIN ir_module_module m ON m.name = d.module
  WHERE d.model = 'ir.attachment' AND d.res_id = t.id)`;

/** A file of unknown size is no placeholder. */
const SIZE = `coalesce(t.file_size, CASE WHEN t.store_fname IS NULL AND t.db_datas IS NULL THEN 0 ELSE ${LARGEST_PLACEHOLDER + 1} END)`;

const LOOKS = [
  {
    condition: 't.res_field IS NOT NULL',
    message: 'photos, scans and signatures of people fill fields of their records',
    location: 'ir_attachment.res_field',
    fix: 'Delete these attachments, and their files.',
  },
  {
    condition: `t.res_field IS NULL AND NOT (${isBlank('name')} OR t.name ~ '^Document [0-9A-F]{8,}([.][a-z0-9]{1,5})?$')`,
    message: "names of files at people's records are not of the anonymized shape",
    location: 'ir_attachment.name',
    fix: "Name them 'Document', a space, 8 or more of 0-9A-F, and the extension.",
  },
  {
    condition: `t.res_field IS NULL AND t.type = 'binary' AND ${SIZE} > ${LARGEST_PLACEHOLDER}`,
    message: `files at people's records are larger than a placeholder (${LARGEST_PLACEHOLDER} bytes)`,
    location: 'ir_attachment.file_size',
    fix: 'Replace their content by a small file of the same type.',
  },
];

/** Odoo keeps uploads, printed invoices and pictures as attachments; the records they lie at tell whose they are. */
export const files: RuleSet = {
  id: 'sanitize.files',
  title: 'Files of people and their documents are gone, or placeholders',
  severity: 'high',
  why: 'An invoice, a contract or a photo says more of somebody than any column.',
  source: 'Odoo base: ir.attachment by res_model and res_field; the models of the inventory',
  filled: ['ir_attachment'],
  rules: () => [],
  beside: ['ir_attachment'],
  also: lookAtFiles,
};

async function lookAtFiles({ session }: SanitizeContext): Promise<Examination> {
  const result: Examination = { assertions: 0, findings: [], unclear: [] };
  const counts = LOOKS.map(({ condition }, index) => `count(*) FILTER (WHERE ${condition}) AS c${index}`);
  try {
    const [row] = await session.query<Record<string, string>>(
      `SELECT ${counts.join(', ')} FROM ir_attachment t WHERE ${OF_PEOPLE} AND NOT ${SHIPPED}`,
    );
    result.assertions += LOOKS.length;
    LOOKS.forEach(({ message, location, fix }, index) => {
      const count = Number(row?.[`c${index}`]);
      if (count !== 0) result.findings.push({ message, location, count, fix });
    });
  } catch (error) {
    result.unclear.push(whyUnreadable('ir_attachment', error));
  }
  return result;
}
