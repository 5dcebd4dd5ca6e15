import { email, person, phone, titled } from './pseudonyms.ts';
import type { Writer } from './writer.ts';

/** What people wrote can hold anything: it is blanked, not rewritten. Who wrote it stays, as a pseudonym. */
export async function anonymizeMessages(writer: Writer): Promise<void> {
  const author = '(SELECT p.email FROM res_partner p WHERE p.id = t.author_id)';
  const sender = (column: string) =>
    `CASE WHEN t.${column} <> '' THEN coalesce(${author}, ${email(`t.${column}`)}) END`;
  await writer.set('mail_message', {
    subject: 'NULL',
    body: "''",
    email_from: sender('email_from'),
    reply_to: sender('reply_to'),
    record_name: 'NULL',
    incoming_email_to: 'NULL',
    incoming_email_cc: 'NULL',
    outgoing_email_to: 'NULL',
  });
  await writer.blank('mail_tracking_value', ['old_value_char', 'new_value_char', 'old_value_text', 'new_value_text']);
  await writer.blank('mail_mail', ['body_html', 'email_to', 'email_cc', 'headers', 'failure_reason']);
  await writer.blank('mail_activity', ['summary', 'note', 'feedback', 'res_name']);
  await writer.set('mail_notification', {
    mail_email_address: email('t.mail_email_address'),
    sms_number: phone('t.sms_number'),
    failure_reason: 'NULL',
  });
  await writer.set('mail_guest', { name: person('t.name'), email: email('t.email') });
  await writer.set('mail_blacklist', { email: email('t.email') });
  await writer.delete('phone_blacklist');
  await conversations(writer);
  await writer.set('sms_sms', { number: phone('t.number'), body: 'NULL' });
  await writer.blank('snailmail_letter', ['street', 'street2', 'zip', 'city', 'info_msg']);
  await writer.blank('rating_rating', ['feedback', 'publisher_comment', 'res_name', 'parent_res_name']);
  for (const table of ['bus_bus', 'ir_logging']) await writer.delete(table);
  await writer.blank('ir_attachment', ['index_content', 'description']);
}

async function conversations(writer: Writer): Promise<void> {
  for (const table of ['discuss_channel', 'mail_channel']) {
    await writer.set(
      table,
      { name: titled('Conversation', 't.name'), anonymous_name: person('t.anonymous_name'), livechat_note: 'NULL' },
      { where: "t.channel_type <> 'channel'" },
    );
  }
}
