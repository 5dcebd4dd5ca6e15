import type { DatabaseAddress } from '../../harness/database/connection.ts';

/** A throw-away Odoo 19 with demo data, cut off from the network, removed when the spec file ends. */
export interface DemoStack {
  /** `http://172.18.0.3:8069`: reachable from this machine. */
  url: URL;
  /** The superuser's address of its database. */
  database: DatabaseAddress;
  admin: { login: string; password: string };
  /** Odoo's log so far. */
  logs(): Promise<string>;
}
