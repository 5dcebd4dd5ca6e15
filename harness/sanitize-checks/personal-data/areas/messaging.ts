import { DOCUMENT, type PersonalArea, PRIVATE } from '../area.ts';

/** Odoo mail, bus, sms, snailmail, rating, im_livechat, base. */
export const messaging: PersonalArea = {
  check: 'sanitize.messages',
  personal: {
    mail_message: {
      subject: 'blank',
      body: 'blank',
      record_name: { is: 'blank', until: 18 },
      incoming_email_to: { is: 'blank', since: 19 },
      incoming_email_cc: { is: 'blank', since: 19 },
      outgoing_email_to: { is: 'blank', since: 19 },
      email_from: 'email',
      reply_to: 'email',
    },
    mail_tracking_value: {
      old_value_char: 'blank',
      new_value_char: 'blank',
      old_value_text: 'blank',
      new_value_text: 'blank',
    },
    mail_mail: {
      body_html: 'blank',
      email_to: 'blank',
      email_cc: 'blank',
      headers: 'blank',
      failure_reason: 'blank',
    },
    mail_activity: {
      summary: 'blank',
      note: 'blank',
      feedback: { is: 'blank', since: 19 },
      res_name: 'blank',
    },
    mail_notification: {
      mail_email_address: { is: 'email', since: 19 },
      sms_number: 'phone',
      failure_reason: 'blank',
    },
    mail_gateway_allowed: {
      email: 'email',
      email_normalized: 'email',
    },
    mail_guest: {
      name: 'name',
      email: { is: 'email', since: 19 },
    },
    mail_blacklist: {
      email: 'email',
    },
    phone_blacklist: {
      number: 'phone',
    },
    mail_link_preview: {
      og_title: 'blank',
      og_description: 'blank',
      og_image: 'blank',
      source_url: 'blank',
    },
    mail_scheduled_message: {
      body: { is: 'blank', since: 18 },
      subject: { is: 'blank', since: 18 },
    },
    mail_push: {
      payload: { is: 'blank', since: 18 },
    },
    discuss_channel: {
      name: { is: 'title', since: 17, only: PRIVATE },
      anonymous_name: { is: 'name', since: 17, until: 18 },
      livechat_note: { is: 'blank', since: 19 },
      description: { is: 'blank', since: 17, only: PRIVATE },
    },
    mail_channel: {
      name: { is: 'title', only: PRIVATE },
      anonymous_name: 'name',
      description: { is: 'blank', only: PRIVATE },
    },
    chatbot_message: {
      user_raw_answer: 'blank',
    },
    sms_sms: {
      number: 'phone',
      body: 'blank',
    },
    whatsapp_message: {
      mobile_number: 'phone',
      mobile_number_formatted: 'phone',
      body: 'blank',
      failure_reason: 'blank',
    },
    voip_call: { phone_number: 'phone' },
    mail_message_translation: { body: 'blank' },
    snailmail_letter: {
      street: 'blank',
      street2: 'blank',
      zip: 'blank',
      city: 'blank',
      info_msg: 'blank',
    },
    rating_rating: {
      feedback: 'blank',
      publisher_comment: 'blank',
      res_name: 'blank',
      parent_res_name: 'blank',
    },
    bus_bus: {
      message: 'blank',
    },
    ir_logging: {
      message: 'blank',
    },
    ir_attachment: {
      index_content: 'blank',
      description: { is: 'blank', only: DOCUMENT },
    },
  },
  impersonal: {
    mail_message: {
      technical: 'email_layout_xmlid message_id model',
      computed: 'author_avatar',
    },
    mail_tracking_value: {
      technical: 'field_desc field_info field_type',
    },
    mail_mail: {
      technical: 'references',
    },
    mail_activity: {
      technical: 'res_model',
      date: 'date_deadline date_done',
    },
    mail_followers: {
      technical: 'res_model',
    },
    mail_alias: {
      setting: 'alias_bounced_content alias_defaults alias_full_name alias_name',
    },
    mail_guest: {
      elsewhere: 'access_token',
    },
    mail_link_preview: {
      technical: 'image_mimetype og_mimetype og_site_name og_type',
    },
    mail_ice_server: {
      elsewhere: 'credential',
      setting: 'uri username',
    },
    mail_message_schedule: {
      elsewhere: 'notification_parameters',
    },
    mail_scheduled_message: {
      elsewhere: 'notification_parameters send_context',
      technical: 'model',
    },
    mail_push_device: {
      elsewhere: 'endpoint keys',
    },
    discuss_channel: {
      published: 'avatar_128 image_128',
      technical: 'sfu_channel_uuid sfu_server_url uuid',
    },
    im_livechat_channel: {
      setting:
        'button_background_color button_text button_text_color default_message header_background_color image_128 input_placeholder name review_link title_color website_description',
    },
    sms_sms: {
      technical: 'uuid',
    },
    sms_tracker: {
      technical: 'sms_twilio_sid sms_uuid',
    },
    snailmail_letter: {
      technical: 'model',
      computed: 'attachment_datas',
    },
    rating_rating: {
      technical: 'parent_res_model res_model',
      elsewhere: 'access_token',
      computed: 'rating_image',
    },
    bus_bus: {
      technical: 'channel',
    },
    ir_logging: {
      technical: 'dbname func level line name path',
    },
    ir_attachment: {
      technical: 'checksum datas db_datas key mimetype name raw res_field res_model store_fname thumbnail url',
      elsewhere: 'access_token',
    },
  },
};
