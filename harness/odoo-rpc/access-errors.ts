import { UsageError } from '../errors.ts';

/** Odoo answered the login with "no": wrong login, wrong password, or too many failed tries. */
export class OdooLoginRefused extends UsageError {
  constructor(login: string, database: string) {
    super('odoo-login', `Odoo refused the login of "${login}" on database "${database}".`, {
      next: 'Check login and password; a user with two-factor login needs an API key as its password.',
    });
  }
}

/** The credentials were not accepted for a call (fault 3, AccessDenied). */
export class OdooAccessDenied extends UsageError {
  constructor(operation: string) {
    super('odoo-access-denied', `Odoo no longer accepts the credentials for ${operation}.`, {
      next: 'The password may have changed since the login: check it and start again.',
    });
  }
}

/** The user may not do this (fault 4, AccessError): access rights, record rules, or a private method. */
export class OdooAccessError extends UsageError {
  constructor(operation: string, message: string) {
    super('odoo-access', `Odoo does not allow ${operation}: ${message}`, {
      next: 'Use a login with the rights for it, such as an administrator.',
    });
  }
}
