import type { PersonalArea } from '../area.ts';

/** Odoo payment, payment_*. */
export const payments: PersonalArea = {
  check: 'sanitize.documents',
  personal: {
    payment_token: {
      payment_details: { is: 'blank', since: 16 },
      name: { is: 'title', until: 15 },
      flutterwave_customer_email: 'email',
    },
    payment_transaction: {
      partner_name: 'name',
      partner_email: 'email',
      partner_phone: 'phone',
      partner_address: 'street',
      partner_zip: 'zip',
      partner_city: 'city',
      state_message: 'blank',
    },
  },
  impersonal: {
    payment_token: {
      elsewhere:
        'adyen_shopper_reference authorize_profile mercado_pago_customer_id provider_ref stripe_mandate stripe_payment_method',
    },
    payment_transaction: {
      number: 'reference provider_reference stripe_payment_intent',
      technical: 'callback_hash callback_method landing_route paypal_type return_url',
    },
  },
};
