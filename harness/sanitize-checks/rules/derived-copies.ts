import { ADDRESS_TYPES, isBlank, text } from '../anonymized-shape.ts';
import type { Rule, RuleSet } from '../rule.ts';

/** What a copy is made of: the columns beside it that this database has. */
type Follows = (copy: string, sources: readonly string[]) => string;

const digits = (column: string) => `regexp_replace(${text(column)}, '[^0-9]', '', 'g')`;
const letters = (column: string) => `upper(regexp_replace(${text(column)}, '[^A-Za-z0-9]', '', 'g'))`;

const sameAddress: Follows = (copy, sources) =>
  sources.map((source) => `lower(btrim(${text(source)})) = ${text(copy)}`).join(' OR ');
/** A calling code may be in front of one of them: the last six digits tell. */
const sameNumber: Follows = (copy, sources) =>
  sources
    .map((source) => `(length(${digits(copy)}) >= 6 AND right(${digits(copy)}, 6) = right(${digits(source)}, 6))`)
    .join(' OR ');
const sameAccount: Follows = (copy, sources) =>
  sources.map((source) => `${letters(copy)} = ${letters(source)}`).join(' OR ');
/** Odoo puts the company in front (base/models/res_partner.py), or a label where there is no name. */
const endsWith: Follows = (copy, sources) =>
  sources
    .map(
      (source) => `CASE WHEN ${isBlank(source)} THEN ${text(copy)} ~ '^(.*, ?)?(${ADDRESS_TYPES})?$'
        ELSE right(${text(copy)}, length(${text(source)})) = ${text(source)} END`,
    )
    .join(' OR ');

const COPIES: readonly (readonly [table: string, copy: string, follows: Follows, sources: readonly string[]])[] = [
  ['res_partner', 'complete_name', endsWith, ['name']],
  ['res_partner', 'display_name', endsWith, ['name']],
  ['res_partner', 'email_normalized', sameAddress, ['email']],
  ['res_partner', 'phone_sanitized', sameNumber, ['phone', 'mobile']],
  ['res_partner_bank', 'sanitized_acc_number', sameAccount, ['acc_number']],
  ['crm_lead', 'email_normalized', sameAddress, ['email_from']],
  ['crm_lead', 'phone_sanitized', sameNumber, ['phone', 'mobile']],
  ['hr_applicant', 'email_normalized', sameAddress, ['email_from']],
  ['hr_applicant', 'partner_phone_sanitized', sameNumber, ['partner_phone']],
  ['hr_applicant', 'partner_mobile_sanitized', sameNumber, ['partner_mobile']],
  ['hr_candidate', 'email_normalized', sameAddress, ['email_from']],
  ['hr_candidate', 'partner_phone_sanitized', sameNumber, ['partner_phone']],
  ['mailing_contact', 'email_normalized', sameAddress, ['email']],
  ['mailing_contact', 'phone_sanitized', sameNumber, ['mobile']],
  ['mail_gateway_allowed', 'email_normalized', sameAddress, ['email']],
];

/** What Odoo computes once and stores: a copy of somebody who was replaced beside it stays, or finds nobody any more. */
export const derivedCopies: RuleSet = {
  id: 'sanitize.derived-copies',
  title: 'Stored copies of names, addresses and numbers follow from what they were made of',
  severity: 'medium',
  why: 'Odoo searches and matches by these copies: one that was not renewed is a real value, or finds nobody.',
  source: 'Odoo mail.thread.blacklist, mail.thread.phone, base: stored computed fields',
  filled: ['res_partner'],
  rules: ({ session: { schema } }) =>
    COPIES.flatMap(([table, copy, follows, all]): Rule[] => {
      const sources = all.filter((source) => schema.has(table, source));
      if (sources.length === 0) return [];
      return [
        {
          table,
          columns: [copy],
          none: `NOT ${isBlank(copy)} AND (${follows(copy, sources)}) IS NOT TRUE`,
          says: `values do not follow from ${sources.join(' or ')}`,
          fix: 'Compute them anew; odoo-gate sanitize --anonymize does.',
          armed: 'personal',
        },
      ];
    }),
};
