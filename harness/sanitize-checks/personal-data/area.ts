import type { Shape } from '../anonymized-shape.ts';

/** The check that holds a column to its shape. */
export type PersonalCheck =
  | 'sanitize.users'
  | 'sanitize.partners'
  | 'sanitize.documents'
  | 'sanitize.messages'
  | 'sanitize.employees'
  | 'sanitize.applicants'
  | 'sanitize.events'
  | 'sanitize.personal-data';

/** Some rows of a table, as SQL over one row, alias `t`; `columns` are those that it names. */
interface Rows {
  sql: string;
  columns: readonly string[];
}

interface Entry {
  is: Shape;
  /** The major versions of Odoo that have it, where not all of 14 to 19 do. A migrated database may have it still. */
  since?: number;
  until?: number;
  /** What Postgres keeps it as, where that is not text. A translated or company-dependent text is jsonb without that. */
  type?: 'jsonb' | 'date' | 'numeric' | 'bytea';
  /** The rows in which it is personal; all of them in a database without the columns that tell. */
  only?: Rows;
  /** The rows in which it is public. */
  except?: Rows;
}

/** Why a column that was looked at is none of a person's data. */
type Reason = 'number' | 'date' | 'setting' | 'published' | 'technical' | 'computed' | 'elsewhere';

/** What one part of Odoo keeps about people, table by table. */
export interface PersonalArea {
  check: PersonalCheck;
  /** Table → column → what an anonymized value in it looks like. */
  personal: Readonly<Record<string, Readonly<Record<string, Shape | Entry>>>>;
  /** Table → fields whose files are attachments. */
  files?: Readonly<Record<string, readonly string[]>>;
  /** Table → reason → columns that were reviewed and are not personal; `elsewhere` are judged by the check of their secret. */
  impersonal: Readonly<Record<string, Readonly<Partial<Record<Reason, string>>>>>;
}

/** An own company's name and address are public and printed on every document; they may stay. */
export const OWN_COMPANY: Rows = { sql: 't.id IN (SELECT c.partner_id FROM res_company c)', columns: [] };
/** A private conversation is named after those who take part; a channel after its topic. */
export const PRIVATE: Rows = { sql: "t.channel_type IS DISTINCT FROM 'channel'", columns: ['channel_type'] };
export const OF_A_PAYMENT: Rows = {
  sql: '(t.payment_id IS NOT NULL OR t.statement_line_id IS NOT NULL)',
  columns: ['payment_id', 'statement_line_id'],
};
export const PERSON: Rows = { sql: "t.resource_type IS DISTINCT FROM 'material'", columns: ['resource_type'] };
/** Files of records, not those of the code. */
export const DOCUMENT: Rows = { sql: 't.res_model IS NOT NULL', columns: ['res_model'] };
/** What somebody wrote about an hour of work; `/` is what Odoo puts where nothing was written. */
export const TIMESHEET: Rows = { sql: "t.employee_id IS NOT NULL AND t.name <> '/'", columns: ['employee_id'] };
