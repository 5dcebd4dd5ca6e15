import { isBlank } from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { goneByName, only } from '../rule-kinds.ts';

const KEYS = /key|secret|token|passw|pwd|login|merchant|client_|credential|username|account|store_id|_pin$/;

export const pointOfSale: RuleSet = {
  id: 'sanitize.point-of-sale',
  title: 'No payment terminal charges a card',
  why: 'A terminal of a shop asks a real card for money.',
  source: 'Odoo pos_*: data/neutralize.sql, and the keys that it leaves (Adyen, Viva, DPO, Glory)',
  beside: ['pos_payment_method.*: every *_test_mode, and every text column named like a key'],
  severity: 'critical',
  modules: { point_of_sale: ['pos_payment_method'] },
  rules: ({ session: { schema } }) => {
    const columns = schema.columns('pos_payment_method');
    const testModes = [...(columns ?? [])].filter(([name, type]) => type === 'boolean' && name.endsWith('_test_mode'));
    return [
      ...testModes.map(([column]) =>
        only('pos_payment_method', column, ['true'], 'terminals are not in their test mode'),
      ),
      ...goneByName('pos_payment_method', columns, KEYS, 'payment methods hold the account or key of a terminal'),
      {
        table: 'pos_payment_method',
        columns: ['glory_websocket_address'],
        none: `NOT (${isBlank('glory_websocket_address')} OR t.glory_websocket_address = '0.0.0.0')`,
        says: 'payment methods lead to the cash machine of a shop',
        fix: "Set pos_payment_method.glory_websocket_address to '0.0.0.0'.",
        armed: 'secret',
      },
    ];
  },
};
