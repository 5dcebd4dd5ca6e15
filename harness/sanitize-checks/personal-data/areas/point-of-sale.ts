import type { PersonalArea } from '../area.ts';

/** Odoo point_of_sale, pos_restaurant. */
export const pointOfSale: PersonalArea = {
  check: 'sanitize.personal-data',
  personal: {
    pos_order: {
      email: { is: 'email', since: 18 },
      mobile: { is: 'phone', since: 18 },
      cashier: 'name',
      note: { is: 'blank', until: 17 },
      general_note: { is: 'blank', since: 18, until: 18 },
      general_customer_note: { is: 'blank', since: 19 },
      internal_note: { is: 'blank', since: 19 },
      floating_order_name: { is: 'blank', since: 18 },
      last_order_preparation_change: { is: 'blank', since: 17 },
      multiprint_resume: { is: 'blank', until: 16 },
    },
    pos_order_line: { note: 'blank', customer_note: 'blank' },
    pos_payment: { cardholder_name: 'name', card_no: 'blank', ticket: 'blank', transaction_id: 'blank' },
    pos_session: {
      opening_notes: 'blank',
      closing_notes: 'blank',
    },
  },
  impersonal: {
    pos_order: {
      number: 'name pos_reference table_stand_number ticket_code tracking_number uuid',
      technical: 'pos_version',
      date: 'shipping_date',
    },
    pos_session: {
      number: 'name',
      elsewhere: 'access_token',
    },
  },
};
