import { InfrastructureError } from '../errors.ts';

/** No connection, or it broke: nothing is known of whether the call was done. */
export class OdooUnreachable extends InfrastructureError {
  /** `ECONNREFUSED`, `ENOTFOUND`… */
  readonly networkCode: string;

  constructor(origin: string, networkCode: string) {
    super('odoo-unreachable', `Odoo at ${origin} can't be reached (${networkCode}).`, {
      next: 'Check that Odoo runs and that scheme, host and port are right.',
    });
    this.networkCode = networkCode;
  }
}

/** The TLS handshake failed: certificate not trusted, expired or for another host, or no TLS there at all. */
export class OdooTlsError extends InfrastructureError {
  constructor(origin: string, tlsCode: string) {
    super('odoo-tls', `No trusted TLS connection to Odoo at ${origin} (${tlsCode}).`, {
      next: "Name your certificate authority's file in NODE_EXTRA_CA_CERTS, or correct the URL.",
    });
  }
}

/** Something answered, but not with XML-RPC: a proxy's error page, a redirect, another program. */
export class OdooNotXmlRpc extends InfrastructureError {
  readonly status: number;

  constructor(origin: string, status: number) {
    super('odoo-not-xml-rpc', `${origin} answered with HTTP ${status} and no XML-RPC.`, { next: adviceFor(status) });
    this.status = status;
  }
}

/** The answer did not come in time; a call that writes may have been done all the same. */
export class OdooTimeout extends InfrastructureError {
  constructor(operation: string, timeoutMs: number) {
    super('odoo-timeout', `Odoo did not answer ${operation} within ${timeoutMs} ms.`, {
      next: "Look into Odoo's log for what it is doing, or allow more time.",
    });
  }
}

function adviceFor(status: number): string {
  if (status >= 300 && status < 400) return 'It redirects elsewhere: give the address it redirects to, mostly https.';
  if (status === 404) return 'Check the path of the URL, and that server_wide_modules still loads the RPC module.';
  if (status >= 500) return 'A proxy may stand before an Odoo that is down: look at both logs.';
  return 'Check that the URL is that of an Odoo server.';
}
