import type { PersonalArea } from '../area.ts';

/** Odoo crm, sale, delivery, purchase, stock, loyalty. */
export const sales: PersonalArea = {
  check: 'sanitize.documents',
  personal: {
    crm_lead: {
      name: 'title',
      contact_name: 'name',
      partner_name: 'name',
      email_from: 'email',
      email_normalized: 'email',
      email_domain_criterion: 'email-domain',
      phone: 'phone',
      mobile: { is: 'phone', until: 18 },
      phone_sanitized: 'phone',
      street: 'street',
      zip: 'zip',
      city: 'city',
      street2: 'blank',
      email_cc: 'blank',
      website: 'blank',
      function: 'blank',
      referred: 'blank',
      description: 'blank',
      lead_properties: { is: 'blank', type: 'jsonb' },
      reveal_ip: 'blank',
    },
    sale_order: {
      note: 'blank',
      signed_by: 'blank',
      client_order_ref: 'blank',
      pickup_location_data: { is: 'blank', since: 18, type: 'jsonb' },
      access_point_address: { is: 'blank', since: 17, until: 17, type: 'jsonb' },
      customizable_pdf_form_fields: { is: 'blank', since: 18, type: 'jsonb' },
    },
    purchase_order: {
      note: { is: 'blank', since: 19 },
      notes: { is: 'blank', until: 18 },
      partner_ref: 'blank',
    },
    stock_picking: {
      note: 'blank',
      picking_properties: { is: 'blank', since: 17, type: 'jsonb' },
      carrier_tracking_ref: 'blank',
    },
  },
  files: {
    sale_order: ['signature'],
    stock_picking: ['signature'],
  },
  impersonal: {
    crm_lead: {
      date: 'date_deadline date_partner_assign',
      technical: 'reveal_id',
    },
    sale_order: {
      number: 'name origin reference',
      technical: 'delivery_message shop_warning',
      setting: 'incoterm_location',
      computed: 'tax_totals',
      date: 'validity_date',
      published: 'website_description',
    },
    purchase_order: {
      number: 'name origin',
      setting: 'incoterm_location',
      computed: 'tax_totals',
    },
    stock_picking: {
      number: 'name origin',
    },
    loyalty_card: {
      number: 'code',
      date: 'expiration_date',
    },
    product_product: {
      number: 'barcode combination_indices default_code gelato_product_uid',
      published:
        'image_1024 image_128 image_1920 image_256 image_512 image_variant_1024 image_variant_128 image_variant_1920 image_variant_256 image_variant_512',
    },
  },
};
