import type { Column } from './columns.ts';
import type { Kind, PersonalTable } from './personal-table.ts';
import {
  city,
  company,
  dialled,
  email,
  person,
  phone,
  phoneE164,
  printedIban,
  street,
  titled,
  zip,
} from './pseudonyms.ts';

const PSEUDONYMS = { person, company, email, phone, phoneE164, street, city, zip, account: printedIban } as const;
const KINDS = ['blank', 'empty', ...Object.keys(PSEUDONYMS)] as readonly Kind[];

/** What a column becomes: SQL over the row `t`, and the kind for the summary. */
export interface NewValue {
  kind: string;
  value: string;
}

type OfText = (value: string) => string;

/** Column → its new value, of the columns that are there; what is cheapest to tell apart comes first. */
export function newValues(table: PersonalTable, columns: ReadonlyMap<string, Column>): Map<string, NewValue> {
  const values = new Map<string, NewValue>();
  const set = (name: string, kind: string, sqlOf: (column: Column) => string) => {
    const column = columns.get(name);
    if (column !== undefined) values.set(name, { kind, value: sqlOf(column) });
  };
  const typed = (name: string, ofText: OfText) => renewed(name, columns.get(name), ofText);

  for (const kind of KINDS) {
    for (const name of table[kind] ?? []) {
      if (kind === 'blank') set(name, kind, (column) => blank(name, column));
      else if (kind === 'empty') set(name, kind, (column) => `${emptyOf(column.type)}::${column.declared}`);
      else set(name, kind, (column) => renewed(name, column, PSEUDONYMS[kind]));
    }
  }
  for (const [name, word] of Object.entries(table.titled ?? {})) {
    set(name, 'title', (column) => renewed(name, column, titled(word)));
  }
  for (const [name, source] of Object.entries(table.normalized ?? {})) {
    set(name, 'email', () => `nullif(lower(${typed(columns.has(source) ? source : name, email)}), '')`);
  }
  for (const [name, sources] of Object.entries(table.sanitized ?? {})) {
    set(name, 'phone', (column) => {
      const filled = sources.filter((source) => columns.has(source)).map((source) => `nullif(t."${source}"::text, '')`);
      if (filled.length === 0) return renewed(name, column, phoneE164);
      return dialled(phone(`coalesce(${filled.join(', ')})`));
    });
  }
  for (const [name, value] of Object.entries(table.derived ?? {})) set(name, 'derived', () => `(${value})`);
  return values;
}

/** A company-dependent or translated value is JSON with one text a company or language. */
function renewed(name: string, column: Column | undefined, ofText: OfText): string {
  if (column === undefined) return 'NULL';
  const value = `t."${name}"`;
  if (/^jsonb?$/.test(column.type)) {
    return `CASE WHEN jsonb_typeof(${value}::jsonb) = 'object'
      THEN (SELECT jsonb_object_agg(each.key, ${ofText('each.value')}) FROM jsonb_each_text(${value}::jsonb) each)::${column.type} END`;
  }
  const pseudonym = ofText(column.unique && comparesFolded(ofText) ? keptApart(value) : `${value}::text`);
  const length = /\((\d+)\)$/.exec(column.declared)?.[1];
  if (length === undefined) return `(${pseudonym})`;
  // Half a pseudonym would not be known as one the next time.
  return `(SELECT CASE WHEN length(drawn) <= ${length} THEN drawn ELSE ${column.required ? "''" : 'NULL'} END
             FROM (SELECT ${pseudonym} AS drawn OFFSET 0) each)`;
}

const comparesFolded = (ofText: OfText) => !([phone, phoneE164, printedIban] as readonly OfText[]).includes(ofText);

/** Values that differ in case or space alone have one pseudonym, unless an index forbids it. */
const keptApart = (value: string) =>
  `(CASE WHEN ${value} = lower(btrim(${value})) OR ${value} ~ ' [0-9A-F]{12}$' THEN ${value}::text ELSE ${value} || md5(${value}) END)`;

function blank(name: string, { type, declared, required, unique }: Column): string {
  if (!required) return `NULL::${declared}`;
  if (!unique || !isText(type)) return `${emptyOf(type)}::${declared}`;
  return `(CASE WHEN t."${name}" ~ '^copy-[0-9a-f]{12}$' THEN t."${name}" ELSE 'copy-' || pg_temp.code(${keptApart(`t."${name}"`)}) END)::${declared}`;
}

const isText = (type: string) => /^(text|character varying)$/.test(type);

/** The least that a required column takes. */
function emptyOf(type: string): string {
  if (isText(type) || type === 'bytea') return "''";
  if (/^jsonb?$/.test(type)) return "'{}'";
  if (type === 'boolean') return 'false';
  if (/^(date|timestamp)/.test(type)) return "'2000-01-01'";
  return '0';
}
