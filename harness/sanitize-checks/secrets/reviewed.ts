/** Columns that look like a secret and were looked at: what they hold opens nothing. */
const REVIEWED: Readonly<Record<string, readonly string[]>> = {
  // Names and definitions that come with the modules' code.
  ir_act_report_xml: ['report_name', 'report_file'],
  ir_asset: ['path', 'key', 'name'],
  ir_ui_view: ['name', 'key', 'arch_fs'],
  theme_ir_asset: ['key', 'path'],
  theme_ir_ui_view: ['key', 'arch_fs'],
  // Where a file lies and its checksum.
  ir_attachment: ['store_fname', 'checksum', 'url', 'name', 'key'],
  // Identifiers that are sent out, or shown, by design.
  mail_message: ['message_id'],
  calendar_event: ['microsoft_id', 'google_id', 'ms_universal_event_id'],
  discuss_channel: ['uuid', 'sfu_channel_uuid'],
  mail_channel: ['uuid'],
  sms_sms: ['uuid'],
  sms_tracker: ['sms_uuid'],
  account_move: ['inalterable_hash'],
  // In the address of every sign-in; that of Odoo's own provider is drawn with the database.
  auth_oauth_provider: ['client_id'],
  // An invitation on the company's own pages.
  res_company: ['social_discord'],
  website: ['social_discord'],
  // A number for statistics; a key on a keyboard.
  website_visitor: ['access_token'],
  res_users_settings: ['push_to_talk_key'],
};

/** Tables that modules fill out of their code, and nobody else. */
const OF_THE_CODE =
  /^(ir_model(_(fields|fields_selection|data|constraint|relation|access|inherit))?|ir_module_(module|category)(_dependency|_exclusion)?|ir_act_window(_view)?|res_(country|currency|lang)(_[a-z]+)?|decimal_precision)$/;

export function isReviewed(table: string, column: string): boolean {
  return OF_THE_CODE.test(table) || REVIEWED[table]?.includes(column) === true;
}

/** Parameters that Odoo itself draws; `sanitize.credentials` judges what of them matters. The last names events to Outlook. */
export const REVIEWED_PARAMETERS: ReadonlySet<string> = new Set([
  'database.uuid',
  'database.secret',
  'microsoft_calendar.microsoft_guid',
]);
