import type { PersonalTable } from '../personal-table.ts';
import { iban, printedIban } from '../pseudonyms.ts';

const ofPartner = (column: string) => `SELECT p.${column} FROM res_partner p WHERE p.id = t.partner_id`;
const BARE = "regexp_replace(t.acc_number, '[^A-Za-z0-9]', '', 'g')";

/** Beside partners and users themselves: Odoo base, account_peppol, base_import, privacy_lookup, resource. */
export const CONTACTS: readonly PersonalTable[] = [
  {
    table: 'res_company',
    needs: ['partner_id'],
    derived: { email: ofPartner('email'), phone: ofPartner('phone') },
    email: ['account_peppol_contact_email', 'nemhandel_contact_email', 'incoming_einvoice_notification_email'],
    phone: ['account_peppol_phone_number', 'nemhandel_phone_number', 'mobile'],
    blank: ['hr_presence_control_ip_list', 'peppol_metadata'],
  },
  {
    table: 'res_partner_bank',
    needs: ['acc_number', 'partner_id'],
    derived: {
      acc_number: printedIban('t.acc_number'),
      sanitized_acc_number: iban(BARE),
      acc_holder_name: `CASE WHEN t.acc_holder_name <> '' THEN (${ofPartner('name')}) END`,
    },
    blank: ['proxy_value', 'note', 'clearing_number', 'aba_bsb', 'aba_routing'],
  },
  { table: 'res_users_settings', blank: ['livechat_username', 'google_calendar_cal_id'] },
  { table: 'res_users', blank: ['google_calendar_cal_id'] },
  { table: 'google_calendar_credentials', blank: ['calendar_cal_id'] },
  { table: 'res_users_log', blank: ['ip'] },
  {
    table: 'privacy_log',
    empty: ['anonymized_name', 'anonymized_email'],
    blank: ['additional_note', 'execution_details', 'records_description'],
  },
  { table: 'resource_resource', where: "t.resource_type = 'user'", needs: ['resource_type'], person: ['name'] },
];
