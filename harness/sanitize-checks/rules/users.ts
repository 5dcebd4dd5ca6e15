import { isBlank, isLogin, isName, isSignature, SYSTEM_USERS, text } from '../anonymized-shape.ts';
import type { RuleSet } from '../rule.ts';
import { shapeRules } from '../shape-rules.ts';

const systemLogins = Object.entries(SYSTEM_USERS)
  .map(([xmlid, { login }]) => `('${xmlid}', '${login}')`)
  .join(', ');
const IS_SYSTEM_LOGIN = `EXISTS (SELECT FROM ir_model_data d
  WHERE d.model = 'res.users' AND d.module = 'base' AND d.res_id = t.id
    AND (d.name, ${text('login')}) IN (VALUES ${systemLogins}))`;

/** Name, email and phone of a user are its partner's. */
export const users: RuleSet = {
  id: 'sanitize.users',
  title: "No login or signature is a real person's",
  severity: 'critical',
  filled: ['res_users', 'ir_model_data'],
  rules: () => [
    ...shapeRules('res_users', {
      login: (column) => `(${isLogin(column)} OR ${IS_SYSTEM_LOGIN})`,
      signature: isSignature,
      out_of_office_message: isBlank,
      oauth_uid: isBlank,
      livechat_username: isName,
    }),
    ...shapeRules('res_users_settings', { livechat_username: isName, google_calendar_cal_id: isBlank }),
    ...shapeRules('res_users_log', { ip: isBlank }),
  ],
};
