import { OdooAccessDenied, OdooAccessError } from './access-errors.ts';
import {
  OdooDatabaseMissing,
  OdooModelMissing,
  OdooRecordMissing,
  OdooServerFault,
  OdooUserError,
} from './server-errors.ts';

/** A fault as it came over the wire. */
export interface Fault {
  faultCode: number | string;
  faultString: string;
}

/** What was being called: for messages, without its values. */
export interface Operation {
  /** `res.partner.create` or `the login`. */
  name: string;
  database: string;
  model?: string;
  /** Never shown, wherever a server repeats it. */
  secret?: string;
}

const CODES = { userError: 2, accessDenied: 3, accessError: 4 };

/**
 * The error that a fault of `/xmlrpc/2/` means. The codes are lossy (addons/rpc/controllers/xmlrpc.py in Odoo 19,
 * odoo/addons/base/controllers/rpc.py before), so a missing record, model or database is told by its text, which
 * Odoo leaves untranslated when no language is in the context; an unknown text keeps the general class.
 */
export function mapFault({ faultCode, faultString }: Fault, operation: Operation): Error {
  const message = summarize(faultString, operation.secret);
  switch (Number(faultCode)) {
    case CODES.accessDenied:
      return new OdooAccessDenied(operation.name);
    case CODES.accessError:
      return new OdooAccessError(operation.name, message);
    case CODES.userError:
      if (operation.model !== undefined && faultString.trim() === `Object ${operation.model} doesn't exist`) {
        return new OdooModelMissing(operation.model);
      }
      if (faultString.startsWith('Record does not exist or has been deleted.')) {
        return new OdooRecordMissing(operation.name);
      }
      return new OdooUserError(operation.name, message);
    default:
      if (faultString.includes(`database "${operation.database}" does not exist`)) {
        return new OdooDatabaseMissing(operation.database);
      }
      return new OdooServerFault(operation.name, message);
  }
}

/** A method that returns None faults after its transaction committed: it was done, and it returned nothing. */
export function isVoidReply({ faultString }: Fault): boolean {
  return lastLine(faultString) === 'TypeError: cannot marshal None unless allow_none is enabled';
}

/** One line for people: a traceback's exception, or a message's first line; without the secret and mail addresses. */
function summarize(text: string, secret: string | undefined): string {
  const line = text.startsWith('Traceback ') ? exceptionLine(text) : (text.trim().split('\n')[0] ?? '');
  const withoutSecret = secret ? line.replaceAll(secret, '***') : line;
  const short = withoutSecret.length > 300 ? `${withoutSecret.slice(0, 300)}…` : withoutSecret;
  return short.replace(/[^\s@<>"'(]+@[^\s@<>"'),;]+/g, '***@***');
}

/** `psycopg2.errors.UniqueViolation: …`: the DETAIL line below such a one would show stored values. */
function exceptionLine(traceback: string): string {
  const lines = traceback.trim().split('\n');
  return lines.findLast((line) => /^[A-Za-z_][\w.]*(:|$)/.test(line) && !/^(DETAIL|HINT|CONTEXT):/.test(line)) ?? '';
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
