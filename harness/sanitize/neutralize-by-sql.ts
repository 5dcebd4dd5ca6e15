import type { Writer } from './writer.ts';

/** What `odoo neutralize` does from 16 on (base, mail, payment, website, delivery), for Odoo 14 and 15. */
export async function neutralizeBySql(writer: Writer): Promise<void> {
  await writer.set('ir_mail_server', { active: 'false' });
  await writer.run(
    `INSERT INTO ir_mail_server (name, smtp_port, smtp_host, smtp_encryption, active${authenticationColumn(writer)})
     VALUES ('neutralization - disable emails', 1025, 'invalid', 'none', true${authenticationColumn(writer) && ", 'login'"})`,
  );
  await writer.set(
    'ir_cron',
    { active: 'false' },
    {
      where: `t.active AND t.id NOT IN (SELECT res_id FROM ir_model_data
                WHERE model = 'ir.cron' AND module = 'base' AND name = 'autovacuum_job')`,
    },
  );
  await writer.set('fetchmail_server', { active: 'false' });
  await writer.blank('mail_template', ['mail_server_id']);
  await writer.set('payment_acquirer', { state: "'disabled'" }, { where: "t.state NOT IN ('test', 'disabled')" });
  await writer.set('website', { domain: 'NULL', cdn_activated: 'false' });
  await writer.set('delivery_carrier', { prod_environment: 'false' });
  await writer.set('auth_oauth_provider', { enabled: 'false' });
}

function authenticationColumn({ schema }: Writer): string {
  return schema.has('ir_mail_server', 'smtp_authentication') ? ', smtp_authentication' : '';
}
