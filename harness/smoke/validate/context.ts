import type { OdooClient } from '../../odoo-rpc/client.ts';
import type { OpenSession } from '../session.ts';

/** A running Odoo as its administrator sees it from outside. */
export interface LiveContext {
  url: URL;
  /** What `web.base.url` has to be. */
  baseUrl: URL;
  database: string;
  odoo: OdooClient;
  session: OpenSession;
}
