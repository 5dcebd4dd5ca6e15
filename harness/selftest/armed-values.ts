import pg from 'pg';
import type { Armed } from '../sanitize-checks/rule.ts';

/** The last is what a look for placeholders could take for one. */
export const SECRETS = ['Nw77Qx-geheim', '7731-1945', 'dummy Nw77Qx'] as const;

/** Nobody's. The last three hide behind what anonymization writes. */
export const PERSON = [
  'Ingrid Achterberg',
  'ingrid.achterberg@nordwind-handel.de',
  '+49 4131 770001',
  'Hafenstieg 4, 21335 Lüneburg',
  'DE89 3704 0044 0532 0130 00',
  'Person 4F2A91C0B7DE Achterberg',
  'contact-4f2a91c0b7de@nordwind-handel.de',
  '+1 212-555-0142 Ingrid',
] as const;

/** One value to plant: as SQL, and what kind of one, for people. */
interface ArmedValue {
  sql: string;
  kind: string;
}

const NULL: ArmedValue = { sql: 'NULL', kind: 'NULL' };
const BOOLEANS = ['true', 'false'];

/** Values of a column's type that production may hold there. */
export function armedValues(armed: Exclude<Armed, 'row'>, type: string): readonly ArmedValue[] {
  if (armed === 'secret') return distinct(SECRETS.map((value) => ofType(value, type)));
  if (armed === 'personal') return distinct(PERSON.map((value) => ofType(value, type)));
  if ('oneOf' in armed) return armed.oneOf.map((value) => ofType(value, type));
  const { otherThan } = armed;
  const unset = otherThan.includes('') ? [] : [NULL];
  if (type === 'boolean') {
    return [...BOOLEANS.filter((value) => !otherThan.includes(value)).map((value) => ofType(value, type)), ...unset];
  }
  const [neutral = ''] = otherThan;
  return [...['live', `${neutral} live`].map((value) => ofType(value, type)), ...unset];
}

/** The type that a column gets where the database lacks it. */
export function typeOf(armed: Exclude<Armed, 'row'>): string {
  if (typeof armed === 'string') return 'varchar';
  const values = 'oneOf' in armed ? armed.oneOf : armed.otherThan;
  return values.every((value) => value === '' || BOOLEANS.includes(value)) ? 'boolean' : 'varchar';
}

/** What the rows that are there get when the column is made: the check must not take it for armed. */
export function neutralValue(armed: Exclude<Armed, 'row'>): string {
  if (typeof armed === 'string' || 'oneOf' in armed || armed.otherThan.includes('')) return 'NULL';
  return pg.escapeLiteral(armed.otherThan[0] ?? '');
}

function ofType(value: string, type: string): ArmedValue {
  const literal = pg.escapeLiteral(value);
  if (type.endsWith('[]')) return { sql: `ARRAY[${literal}]::${type}`, kind: type };
  if (/^jsonb?$/.test(type))
    return { sql: `${pg.escapeLiteral(JSON.stringify({ en_US: value }))}::${type}`, kind: type };
  if (type === 'bytea') return { sql: `convert_to(${literal}, 'UTF8')`, kind: type };
  if (/^(smallint|integer|bigint)$/.test(type)) return { sql: '7731', kind: type };
  if (/^(numeric|real|double precision)$/.test(type)) return { sql: '53.2497', kind: type };
  if (/^(date|timestamp|time)/.test(type)) return { sql: 'now()', kind: type };
  return { sql: literal, kind: type };
}

function distinct(values: readonly ArmedValue[]): ArmedValue[] {
  return [...new Map(values.map((value) => [value.sql, value])).values()];
}
