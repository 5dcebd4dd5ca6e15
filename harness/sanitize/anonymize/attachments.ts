import type { Writer } from '../writer.ts';
import { placeholdersSql } from './placeholders.ts';

/** Models whose files are the shop's own: pictures of products, pages, icons, templates. All others may be personal. */
const IMPERSONAL_MODELS = [
  ...['product.template', 'product.product', 'product.attribute.value', 'product.image', 'product.public.category'],
  ...[
    'product.category',
    'product.document',
    'product.ribbon',
    'uom.uom',
    'quotation.document',
    'quotation.document.form.field',
  ],
  ...['ir.ui.view', 'ir.ui.menu', 'ir.module.module', 'ir.actions.report', 'ir.actions.act_window', 'ir.asset'],
  ...[
    'res.company',
    'res.lang',
    'res.country',
    'res.bank',
    'report.layout',
    'mail.template',
    'onboarding.onboarding.step',
  ],
  ...['payment.method', 'payment.provider', 'payment.acquirer', 'payment.icon', 'delivery.carrier', 'loyalty.program'],
  ...[
    'website',
    'website.page',
    'website.menu',
    'theme.ir.attachment',
    'blog.blog',
    'blog.post',
    'slide.channel',
    'slide.slide',
  ],
  ...['event.event', 'event.type', 'survey.survey', 'survey.question', 'survey.question.answer', 'mailing.mailing'],
  ...['hr.job', 'gamification.badge', 'gamification.karma.rank', 'lunch.product', 'lunch.product.category'],
  ...[
    'fleet.vehicle.model',
    'fleet.vehicle.model.brand',
    'im_livechat.channel',
    'pos.category',
    'pos.config',
    'pos.payment.method',
  ],
  ...[
    'spreadsheet.dashboard',
    'spreadsheet.template',
    'restaurant.floor',
    'stock.package.type',
    'maintenance.equipment.category',
  ],
];

const list = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');

/** What came with a module's code, is public on the website, or belongs to an impersonal model. */
const IMPERSONAL = `(coalesce(t.res_model, '') IN (${list(IMPERSONAL_MODELS)})
  OR t.res_model IS NULL AND t.url ~ '^/(web|_custom|[a-z0-9_]+/static)/'
  OR t.res_model = 'res.partner' AND t.res_id IN (SELECT c.partner_id FROM res_company c)
  OR EXISTS (SELECT FROM ir_model_data d JOIN ir_module_module m ON m.name = d.module
              WHERE d.model = 'ir.attachment' AND d.res_id = t.id))`;

/**
 * Replaces the files of people: what fills a field (a photo, a scanned passport, a signature) is removed; a document that
 * lies at a record stays in its list, with another name and a placeholder of its type. Placeholders are kept in the
 * database, so that no filestore is written to; what nothing refers to any more can be removed from it.
 */
export async function anonymizeAttachments(writer: Writer): Promise<void> {
  if (!writer.schema.has('ir_attachment', 'db_datas') || !writer.schema.has('ir_attachment', 'res_field')) return;
  await writer.delete('ir_attachment', {
    where: `t.res_field IS NOT NULL AND NOT ${IMPERSONAL} AND NOT (${await isHeld(writer)})`,
  });
  const name = `CASE WHEN t.name ~ '^Document [0-9A-F]{12}([.][a-z0-9]{1,5})?$' THEN t.name ELSE
    'Document ' || upper(pg_temp.code(t.name)) || coalesce(lower(substring(t.name from '[.][A-Za-z0-9]{1,5}$')), '') END`;
  const placeholder = {
    name: 'd.name',
    store_fname: 'NULL',
    db_datas: "CASE WHEN t.type = 'binary' THEN d.content END",
    checksum: "CASE WHEN t.type = 'binary' THEN d.checksum END",
    file_size: "CASE WHEN t.type = 'binary' THEN d.size END",
    mimetype: "CASE WHEN t.type = 'binary' THEN d.mimetype ELSE t.mimetype END",
    url: "CASE WHEN t.type = 'url' THEN 'https://example.com/' ELSE t.url END",
  };
  await writer.set('ir_attachment', placeholder, {
    from: `(SELECT t.id, ${name} AS name, p.content, p.checksum, p.size, p.mimetype
              FROM ir_attachment t
              LEFT JOIN (${placeholdersSql()}) p
                ON p.mimetype = CASE WHEN t.mimetype IN (SELECT known.mimetype FROM (${placeholdersSql()}) known)
                                     THEN t.mimetype ELSE 'text/plain' END
             WHERE NOT ${IMPERSONAL}) d`,
    where: `d.id = t.id AND (t.name, t.type = 'binary' AND t.store_fname IS NULL AND t.checksum = d.checksum
              OR t.type = 'url' AND t.url = 'https://example.com/') IS DISTINCT FROM (d.name, true)`,
    kinds: { name: 'title', db_datas: 'file' },
  });
  await writer.blank('ir_attachment', ['index_content', 'description']);
}

/** True for a row that another table refuses to lose. */
async function isHeld(writer: Writer): Promise<string> {
  const references = await writer.rows<{ table: string; column: string }>(
    `SELECT c.conrelid::regclass::text AS "table", a.attname AS "column"
       FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f' AND c.confrelid = 'ir_attachment'::regclass AND c.confdeltype IN ('a', 'r')`,
  );
  const held = references.map(({ table, column }) => `EXISTS (SELECT FROM ${table} r WHERE r."${column}" = t.id)`);
  return held.join(' OR ') || 'false';
}
