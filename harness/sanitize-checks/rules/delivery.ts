import { isBlank } from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { goneByName, only } from '../rule-kinds.ts';

const ACCOUNT =
  /key|secret|token|passw|pwd|login|account|user|site_?id|client|licen[cs]e|meter|customer_?(id|number)|contract|access|credential/i;

export const delivery: RuleSet = {
  id: 'sanitize.delivery',
  title: 'No parcel is ordered from a real carrier',
  why: 'A confirmed transfer orders a parcel at the carrier, and the company pays for it.',
  source:
    'Odoo delivery/data/neutralize.sql, delivery_mondialrelay; the accounts of delivery_* are left by all of them',
  beside: ['delivery_carrier.*: every text column named like an account or a key'],
  severity: 'critical',
  modules: { delivery: ['delivery_carrier'] },
  rules: ({ session: { schema } }) => [
    only('delivery_carrier', 'prod_environment', ['false', ''], 'carriers are in their production environment'),
    {
      table: 'delivery_carrier',
      columns: ['active', 'delivery_type'],
      none: "t.active IS TRUE AND coalesce(t.delivery_type, '') NOT IN ('fixed', 'base_on_rule')",
      says: 'carriers that are asked over the network are active',
      fix: 'Deactivate them.',
    },
    ...goneByName(
      'delivery_carrier',
      schema.columns('delivery_carrier'),
      ACCOUNT,
      'carriers hold the account or key of a real one',
    ),
    {
      table: 'delivery_carrier',
      columns: ['mondialrelay_brand'],
      none: `NOT (${isBlank('mondialrelay_brand')} OR btrim(t.mondialrelay_brand) = 'BDTEST')`,
      says: "carriers are booked on the company's own brand",
      fix: "Set delivery_carrier.mondialrelay_brand to 'BDTEST  '.",
      armed: 'secret',
    },
  ],
};
