import { OF_A_PAYMENT, type PersonalArea } from '../area.ts';

/** Odoo account, account_edi, account_peppol, l10n_*. */
export const accounting: PersonalArea = {
  check: 'sanitize.documents',
  personal: {
    account_move: {
      invoice_partner_display_name: 'invoice-name',
      invoice_source_email: 'email',
      narration: 'blank',
      sending_data: { is: 'blank', since: 18, type: 'jsonb' },
      send_and_print_values: { is: 'blank', since: 17, until: 17, type: 'jsonb' },
      ref: 'blank',
      payment_reference: 'payment-reference',
    },
    account_move_line: {
      name: { is: 'title', only: OF_A_PAYMENT },
      ref: 'blank',
    },
    account_bank_statement_line: {
      account_number: 'blank',
      transaction_details: { is: 'blank', since: 17, type: 'jsonb' },
      partner_name: 'name',
      payment_ref: 'title',
    },
    account_payment: {
      memo: { is: 'title', since: 18 },
      payment_reference: 'blank',
    },
    account_journal: {
      incoming_einvoice_notification_email: { is: 'email', since: 19 },
    },
  },
  files: {
    account_move: ['invoice_pdf_report_file', 'ubl_cii_xml_file'],
  },
  impersonal: {
    account_move: {
      date: 'auto_post_until date delivery_date invoice_date invoice_date_due taxable_supply_date',
      number:
        'buyer_reference contract_reference fapiao inalterable_hash invoice_origin name nemhandel_message_uuid peppol_accounting_cost peppol_additional_document_reference peppol_contract_document_reference peppol_delivery_location_id peppol_despatch_document_reference peppol_message_uuid peppol_originator_document_reference peppol_project_reference purchase_order_reference',
      setting: 'incoterm_location',
      computed:
        'invoice_outstanding_credits_debits_widget invoice_payments_widget needed_terms payment_term_details quick_encoding_vals tax_totals',
    },
    account_move_line: {
      date: 'date date_maturity discount_date invoice_date',
      number: 'matching_number move_name tax_audit',
      setting: 'analytic_distribution extra_tax_data',
      computed:
        'compute_all_tax discount_allocation_key discount_allocation_needed epd_key epd_needed tax_key term_key',
    },
    account_bank_statement_line: {
      number: 'internal_index',
      technical: 'transaction_type',
    },
    account_payment: {
      number: 'check_number name',
      computed: 'check_amount_in_words',
      date: 'date',
    },
    account_journal: {
      setting: 'alias_name code name sale_activity_note sequence_override_regex',
    },
    account_reconcile_model: {
      setting: 'decimal_separator match_label_param match_note_param match_transaction_type_param name',
    },
    membership_membership_line: {
      date: 'date date_cancel date_from date_to',
    },
  },
};
