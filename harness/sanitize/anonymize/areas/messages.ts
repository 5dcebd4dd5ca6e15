import type { PersonalTable } from '../personal-table.ts';
import { email } from '../pseudonyms.ts';

const AUTHOR = '(SELECT p.email FROM res_partner p WHERE p.id = t.author_id)';
const sender = (column: string) =>
  `CASE WHEN t.${column} <> '' THEN coalesce(${AUTHOR}, ${email(`t.${column}::text`)}) END`;

/** A channel is named after its topic, a conversation after those who take part. */
const conversations = ['discuss_channel', 'mail_channel'].map(
  (table): PersonalTable => ({
    table,
    titled: { name: 'Conversation' },
    person: ['anonymous_name'],
    blank: ['livechat_note', 'description'],
    where: "t.channel_type <> 'channel'",
  }),
);

/** What people wrote can hold anything: it is blanked, not rewritten. Who wrote it stays, as a pseudonym. */
export const MESSAGES: readonly PersonalTable[] = [
  {
    table: 'mail_message',
    needs: ['author_id'],
    empty: ['body'],
    blank: ['subject', 'record_name', 'incoming_email_to', 'incoming_email_cc', 'outgoing_email_to'],
    derived: { email_from: sender('email_from'), reply_to: sender('reply_to') },
  },
  { table: 'mail_tracking_value', blank: ['old_value_char', 'new_value_char', 'old_value_text', 'new_value_text'] },
  { table: 'mail_mail', blank: ['body_html', 'email_to', 'email_cc', 'headers', 'failure_reason', 'references'] },
  { table: 'mail_activity', blank: ['summary', 'note', 'feedback', 'res_name'] },
  {
    table: 'mail_notification',
    email: ['mail_email_address'],
    phoneE164: ['sms_number'],
    blank: ['failure_reason'],
  },
  { table: 'mail_guest', person: ['name'], email: ['email'] },
  { table: 'mail_blacklist', email: ['email'] },
  { table: 'mail_gateway_allowed', email: ['email'], normalized: { email_normalized: 'email' } },
  ...conversations,
  { table: 'chatbot_message', blank: ['user_raw_answer'] },
  { table: 'sms_sms', phone: ['number'], blank: ['body'] },
  {
    table: 'whatsapp_message',
    phone: ['mobile_number'],
    phoneE164: ['mobile_number_formatted'],
    blank: ['body', 'failure_reason'],
  },
  { table: 'voip_call', phone: ['phone_number'] },
  { table: 'snailmail_letter', blank: ['street', 'street2', 'zip', 'city', 'info_msg'] },
  { table: 'rating_rating', blank: ['feedback', 'publisher_comment', 'res_name', 'parent_res_name'] },
];

/** Tables whose rows are of no use on a copy: they are emptied. */
export const EMPTIED: readonly string[] = [
  'bus_bus',
  'ir_logging',
  'ir_profile',
  // A number is unique in it, and there are too few numbers for fiction.
  'phone_blacklist',
  'mail_link_preview',
  'mail_message_link_preview',
  'mail_message_translation',
  'website_track',
  'auditlog_log_line',
  'auditlog_log',
  'auditlog_http_request',
  'auditlog_http_session',
  'queue_job',
];
