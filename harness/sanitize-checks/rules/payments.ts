import { isBlank } from '../anonymized-shape.ts';
import type { Rule, RuleSet } from '../rule.ts';

/**
 * Columns that a provider keeps its account or keys in, known by their names: a module that nobody has listed
 * is caught too. Values that neutralization itself writes are allowed.
 */
const CREDENTIAL =
  /key|secret|token|passw|pwd|login|merchant|signature|salt|pspid|hmac|identifier|client|user|seller|account|access|sha_|service_ref|site_|hash_secret|mandate|payment_method$|skin_code/;
/** Odoo 14 and 15: whether cards are remembered, no token. */
const SETTING = 'save_token';
const DUMMY = '^(dummy[_a-z0-9]{0,16}|neutralized)$';
const TEXT = new Set(['character varying', 'text']);

function credentialsIn(table: string, columns: ReadonlyMap<string, string> | undefined): Rule[] {
  return [...(columns ?? [])]
    .filter(([column, type]) => TEXT.has(type) && CREDENTIAL.test(column) && column !== SETTING)
    .map(([column]) => ({
      table,
      columns: [column],
      none: `NOT (${isBlank(column)} OR t."${column}" ~ '${DUMMY}')`,
      says: "rows hold a payment provider's account or key",
      fix: `Set ${table}.${column} to NULL.`,
      armed: 'secret' as const,
    }));
}

function notLive(table: string): Rule {
  return {
    table,
    columns: ['state'],
    none: "t.state IS NULL OR t.state NOT IN ('disabled', 'test')",
    says: 'live payment providers',
    fix: "Set their state to 'disabled' or 'test'.",
    armed: { otherThan: ['disabled', 'test'] },
  };
}

export const payment: RuleSet = {
  id: 'sanitize.payment',
  title: 'No payment provider is live or holds keys',
  why: 'A payment on the copy charges a real card.',
  source:
    "Odoo payment/data/neutralize.sql and payment_*; the table is payment_acquirer before 16. Keys that no file of theirs names are found by the columns' names",
  beside: ['payment_provider.*, payment_token.*: every text column named like a credential'],
  severity: 'critical',
  modules: { payment: ['payment_provider', 'payment_acquirer'] },
  rules: ({ session: { schema } }) => [
    notLive('payment_provider'),
    notLive('payment_acquirer'),
    ...credentialsIn('payment_provider', schema.columns('payment_provider')),
    ...credentialsIn('payment_acquirer', schema.columns('payment_acquirer')),
    ...['provider_ref', 'acquirer_ref'].map((column) => ({
      table: 'payment_token',
      columns: [column],
      none: `NOT (${isBlank(column)} OR t."${column}" ~ '${DUMMY}')`,
      says: "customers' saved payment methods",
      fix: `Overwrite payment_token.${column}: with it and a key a card can be charged.`,
      armed: 'secret' as const,
    })),
    ...credentialsIn('payment_token', schema.columns('payment_token')),
  ],
};
