/** Tables that modules fill out of their code and data files: what stands there is printed in their source. */
const OF_THE_CODE =
  /^(theme_)?ir_(model(_[a-z_]+)?|module_[a-z_]+|act_[a-z_]+|actions_[a-z_]+|ui_(view|menu)(_[a-z_]+)?|asset|rule|exports[a-z_]*|filters)$|^res_(country|currency|lang|groups|partner_industry|partner_title)(_[a-z_]+)?$|^(decimal_precision|mail_template|sms_template|mail_activity_type|mail_message_subtype|report_paperformat|digest_tip)$/;

/** Whether what stands in a table was written by programmers, or for everybody to read. */
export function isShippedByModules(table: string): boolean {
  return OF_THE_CODE.test(table);
}
