import { isBlank } from '../anonymized-shape.ts';
import { personalRules } from '../personal-data/personal-rules.ts';
import type { RuleSet } from '../rule.ts';

export const partners: RuleSet = {
  id: 'sanitize.partners',
  title: 'No partner is a real person or company',
  why: 'Names and addresses of real people and companies: personal data, and somewhere to write to.',
  source:
    'Odoo base, mail, phone_validation, account, base_geolocalize, l10n_*: stored fields and the copies computed from them',
  severity: 'critical',
  filled: ['res_partner', 'res_company', 'res_users', 'ir_model_data'],
  rules: (context) => [
    ...personalRules('sanitize.partners', context),
    {
      table: 'ir_property',
      columns: ['value_text', 'name', 'res_id'],
      none: `coalesce(t.name, '') = 'barcode' AND coalesce(t.res_id, '') LIKE 'res.partner,%' AND NOT ${isBlank('value_text')}`,
      says: 'values are not of the anonymized shape',
      fix: 'Delete them, or run odoo-gate sanitize --anonymize.',
    },
    {
      table: 'ir_attachment',
      columns: ['res_field', 'res_model', 'res_id'],
      none: `coalesce(t.res_model, '') = 'res.partner' AND coalesce(t.res_field, '') LIKE 'image%'
        AND NOT EXISTS (SELECT FROM res_company c WHERE c.partner_id = t.res_id)`,
      says: 'photos of partners',
      fix: 'Delete them, and their files, or run odoo-gate sanitize --anonymize.',
      location: 'ir_attachment[res.partner]',
    },
  ],
};
