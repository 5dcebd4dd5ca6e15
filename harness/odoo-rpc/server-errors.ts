import { InfrastructureError, UsageError } from '../errors.ts';

/** The server has no database of that name. */
export class OdooDatabaseMissing extends UsageError {
  constructor(database: string) {
    super('odoo-database', `The Odoo server has no database "${database}".`, {
      next: 'Check the database name and which Postgres server Odoo is connected to.',
    });
  }
}

/** The model is not in the registry, mostly because its module is not installed. */
export class OdooModelMissing extends UsageError {
  constructor(model: string) {
    super('odoo-model', `This Odoo has no model "${model}".`, { next: 'Install the module that brings it.' });
  }
}

/** The record is gone (MissingError), or `read` returned fewer records than asked for. */
export class OdooRecordMissing extends InfrastructureError {
  constructor(operation: string) {
    super('odoo-record', `A record that ${operation} names does not exist or has been deleted.`, {
      next: 'Search for the record again: another user or a scheduled action may have removed it.',
    });
  }
}

/** Business logic said no (UserError, ValidationError, RedirectWarning): fault code 2 does not tell them apart. */
export class OdooUserError extends InfrastructureError {
  constructor(operation: string, message: string) {
    super('odoo-user-error', `Odoo refused ${operation}: ${message}`, {
      next: 'Correct the values; the message is what a user of the page would see.',
    });
  }
}

/** An exception inside the server. Carries the exception's own line, never the traceback. */
export class OdooServerFault extends InfrastructureError {
  constructor(operation: string, message: string) {
    super('odoo-server-fault', `Odoo failed in ${operation}: ${message}`, {
      next: "Look for the traceback in Odoo's log.",
    });
  }
}

/** The reply is not of the expected shape. Names the field, never the value. */
export class OdooUnexpectedReply extends InfrastructureError {
  constructor(operation: string, message: string) {
    super('odoo-reply', `Odoo's reply to ${operation} is not of the expected shape: ${message}`, {
      next: 'Check that this Odoo version is supported and that no module changes the method.',
    });
  }
}
