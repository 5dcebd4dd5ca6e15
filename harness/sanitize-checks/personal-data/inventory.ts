import type { Schema } from '../../database/schema.ts';
import type { Shape } from '../anonymized-shape.ts';
import type { PersonalArea, PersonalCheck } from './area.ts';
import { accounting } from './areas/accounting.ts';
import { calendar } from './areas/calendar.ts';
import { contacts } from './areas/contacts.ts';
import { employees } from './areas/employees.ts';
import { events } from './areas/events.ts';
import { fleet } from './areas/fleet.ts';
import { marketing } from './areas/marketing.ts';
import { messaging } from './areas/messaging.ts';
import { payments } from './areas/payments.ts';
import { pointOfSale } from './areas/point-of-sale.ts';
import { projects } from './areas/projects.ts';
import { recruitment } from './areas/recruitment.ts';
import { sales } from './areas/sales.ts';
import { technical } from './areas/technical.ts';
import { users } from './areas/users.ts';
import { website } from './areas/website.ts';

const AREAS: readonly PersonalArea[] = [
  users,
  contacts,
  accounting,
  payments,
  sales,
  calendar,
  messaging,
  employees,
  recruitment,
  events,
  pointOfSale,
  marketing,
  projects,
  fleet,
  website,
  technical,
];

/** A column that holds data of people, and the check that has to name it when a real value is in it. */
export interface PersonalColumn {
  table: string;
  column: string;
  /** What an anonymized value looks like: a key of `SHAPES`. */
  shape: Shape;
  check: PersonalCheck;
  /** What Postgres keeps it as in Odoo's own schema; the database may differ (translated texts are jsonb). */
  type: 'text' | 'jsonb' | 'date' | 'numeric' | 'bytea';
  /** Major versions of Odoo that have it. A database migrated from one of them may have it still. */
  since: number;
  until: number;
  /** The rows that are held to it, SQL over one row `t`; undefined: all. `needs` are the other columns it names. */
  only?: string;
  except?: string;
  needs: readonly string[];
}

/** Every personal column of Odoo 14 to 19 that is known, whichever database this is. */
export const INVENTORY: readonly PersonalColumn[] = AREAS.flatMap(({ check, personal }) =>
  Object.entries(personal).flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, entry]) => {
      const {
        is,
        since = 14,
        until = 19,
        type = 'text',
        only,
        except,
      } = typeof entry === 'string' ? { is: entry } : entry;
      return {
        table,
        column,
        shape: is,
        check,
        type,
        since,
        until,
        ...(only === undefined ? {} : { only: only.sql }),
        ...(except === undefined ? {} : { except: except.sql }),
        needs: [...(only?.columns ?? []), ...(except?.columns ?? [])],
      };
    }),
  ),
);

/** Columns of which no rule judges every row. */
const PARTLY_JUDGED: ReadonlySet<string> = new Set([
  ...INVENTORY.filter(({ only }) => only !== undefined).map(({ table, column }) => `${table}.${column}`),
  'ir_property.value_text',
]);

/** Whether the rows of a column that `only` leaves out are nobody's to judge. */
export function isPartlyJudged(table: string, column: string): boolean {
  return PARTLY_JUDGED.has(`${table}.${column}`);
}

/** Those that this database has, whatever its version: what a migration left behind is as personal as ever. */
export function personalColumns(schema: Schema): readonly PersonalColumn[] {
  return INVENTORY.filter(({ table, column }) => schema.has(table, column));
}

const IMPERSONAL: ReadonlySet<string> = new Set(
  AREAS.flatMap(({ impersonal }) =>
    Object.entries(impersonal).flatMap(([table, reasons]) =>
      Object.values(reasons).flatMap((columns) => columns.split(' ').map((column) => `${table}.${column}`)),
    ),
  ),
);

/** Whether a column was reviewed and found to hold nothing of a person's. */
export function isImpersonal(table: string, column: string): boolean {
  return IMPERSONAL.has(`${table}.${column}`);
}
