import { isBlank, isEmail, isName, isNumbered, isPhone } from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { type Shapes, shapeRules } from '../shape-rules.ts';

/** A private conversation is named after those who take part; a channel after its topic. */
const CONVERSATION: Shapes = {
  name: (column) => `(t.channel_type = 'channel' OR ${isNumbered(column, 'Conversation')})`,
  anonymous_name: isName,
  livechat_note: isBlank,
};

/** What people wrote, and what Odoo wrote down about them. Odoo mail, sms, snailmail, rating, base. */
export const messages: RuleSet = {
  id: 'sanitize.messages',
  title: 'Messages, tracked changes and notes are blank',
  severity: 'high',
  modules: { mail: ['mail_message'] },
  rules: () => [
    ...shapeRules('mail_message', {
      subject: isBlank,
      body: isBlank,
      email_from: isEmail,
      reply_to: isEmail,
      record_name: isBlank,
      incoming_email_to: isBlank,
      incoming_email_cc: isBlank,
      outgoing_email_to: isBlank,
    }),
    ...shapeRules('mail_tracking_value', {
      old_value_char: isBlank,
      new_value_char: isBlank,
      old_value_text: isBlank,
      new_value_text: isBlank,
    }),
    ...shapeRules('mail_mail', {
      body_html: isBlank,
      email_to: isBlank,
      email_cc: isBlank,
      headers: isBlank,
      failure_reason: isBlank,
    }),
    ...shapeRules('mail_activity', { summary: isBlank, note: isBlank, feedback: isBlank, res_name: isBlank }),
    ...shapeRules('mail_notification', { mail_email_address: isEmail, sms_number: isPhone, failure_reason: isBlank }),
    ...shapeRules('mail_guest', { name: isName, email: isEmail }),
    ...shapeRules('mail_blacklist', { email: isEmail }),
    ...shapeRules('phone_blacklist', { number: isPhone }),
    ...shapeRules('discuss_channel', CONVERSATION),
    ...shapeRules('mail_channel', CONVERSATION),
    ...shapeRules('sms_sms', { number: isPhone, body: isBlank }),
    ...shapeRules('snailmail_letter', {
      street: isBlank,
      street2: isBlank,
      zip: isBlank,
      city: isBlank,
      info_msg: isBlank,
    }),
    ...shapeRules('rating_rating', {
      feedback: isBlank,
      publisher_comment: isBlank,
      res_name: isBlank,
      parent_res_name: isBlank,
    }),
    ...shapeRules('ir_logging', { message: isBlank }),
    ...shapeRules('ir_attachment', { index_content: isBlank }),
  ],
};
