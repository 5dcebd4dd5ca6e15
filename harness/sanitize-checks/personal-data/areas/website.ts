import type { PersonalArea } from '../area.ts';

/** Odoo website, website_forum. */
export const website: PersonalArea = {
  check: 'sanitize.personal-data',
  personal: {
    website_visitor: {
      name: 'name',
      email: 'email',
      mobile: 'phone',
    },
    forum_post: {
      name: 'title',
      content: 'blank',
      plain_content: 'blank',
    },
  },
  impersonal: {
    website_visitor: {
      technical: 'access_token',
      computed: 'partner_image',
    },
    website_track: {
      technical: 'url',
    },
    website_rewrite: {
      setting: 'name url_from url_to',
    },
  },
};
