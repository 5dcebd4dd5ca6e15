/** Which columns of a table hold personal data, and of what kind. Those that a version of Odoo lacks are left out. */
export interface PersonalTable extends Partial<Record<Kind, readonly string[]>> {
  table: string;
  /** The rows concerned, over `t`; names columns that every version has, or those in `needs`. */
  where?: string;
  /** Columns that `where` or an expression reads: without them nothing is done. */
  needs?: readonly string[];
  /** Titles that have to stay apart: the word before the code (`Task 4F2A91C0B7DE`). */
  titled?: Readonly<Record<string, string>>;
  /** The address in the form that Odoo compares: column → the column that was typed. */
  normalized?: Readonly<Record<string, string>>;
  /** The number in the form that Odoo dials: column → the columns that were typed, the first filled one counts. */
  sanitized?: Readonly<Record<string, readonly string[]>>;
  /** Whatever else follows from other columns or tables: column → SQL over `t`. */
  derived?: Readonly<Record<string, string>>;
}

/** What becomes of a column: emptied (`blank`, or `empty` where Odoo wants text), or given pseudonyms of a kind. */
export type Kind =
  | 'blank'
  | 'empty'
  | 'person'
  | 'company'
  | 'email'
  | 'phone'
  | 'phoneE164'
  | 'street'
  | 'city'
  | 'zip'
  | 'account';
