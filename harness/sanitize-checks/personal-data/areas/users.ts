import type { PersonalArea } from '../area.ts';

/** Odoo base, mail, auth_oauth, im_livechat, google_calendar. */
export const users: PersonalArea = {
  check: 'sanitize.users',
  personal: {
    res_users: {
      login: 'login',
      signature: 'signature',
      out_of_office_message: { is: 'blank', since: 19 },
      oauth_uid: 'blank',
      livechat_username: { is: 'name', until: 16 },
      google_calendar_cal_id: { is: 'blank', until: 14 },
    },
    google_calendar_credentials: {
      calendar_cal_id: { is: 'blank', since: 15, until: 17 },
    },
    res_users_settings: {
      livechat_username: { is: 'name', since: 17 },
      google_calendar_cal_id: { is: 'blank', since: 18 },
    },
    res_users_log: {
      ip: 'blank',
    },
  },
  impersonal: {
    res_users: {
      elsewhere:
        'google_calendar_rtoken google_calendar_sync_token google_calendar_token microsoft_calendar_rtoken microsoft_calendar_sync_token microsoft_calendar_token oauth_access_token totp_secret',
    },
    res_users_settings: {
      elsewhere:
        'google_calendar_rtoken google_calendar_sync_token google_calendar_token microsoft_calendar_sync_token',
      setting: 'push_to_talk_key',
    },
    res_device_log: {
      elsewhere: 'browser city country ip_address platform session_identifier',
    },
  },
};
