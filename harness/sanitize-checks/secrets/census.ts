import type { Check } from '../../check.ts';
import { census } from '../census.ts';
import type { SanitizeContext } from '../context.ts';
import type { Examination, RuleSet } from '../rule.ts';
import { JUDGED_PARAMETER } from '../rules/credentials.ts';
import { whyUnreadable } from '../unreadable.ts';
import { type TextColumn, type TextTable, textTables } from './columns.ts';
import { isReviewed, REVIEWED_PARAMETERS } from './reviewed.ts';
import { hasKnownFormat, isFilled, isNamedLikeASecret, looksDrawn } from './shapes.ts';

/** Rows of each table that are looked at for what values look like; names are held to all rows. */
const SAMPLE = 10_000;

const ARMED = 'named like a secret, and filled; no other check knows it';
const FORMAT = 'values in the format of a secret: a private key, a token of a service, a URL with a password';
const UNKNOWN = 'values that look drawn at random, and nobody has said what they are';
const FIX = 'Empty it, or say what is neutral there in a rule of your own (--rules).';

/**
 * Every text-like column and every parameter is neutral (empty, a placeholder, judged by a rule, reviewed), armed or unknown.
 * Armed fails; unknown fails when `strict`. Without it the check proves no more than its title says.
 */
export function secretCensus(sets: readonly RuleSet[], strict: boolean): Check<SanitizeContext> {
  const title = strict
    ? 'No secret is kept where no other check looks, whatever its name'
    : 'No secret is kept under a name or in a format that is known for secrets';
  return census({ id: 'sanitize.secrets', title, severity: 'critical' }, sets, async (context, judged, total) => {
    await classifyParameters(context, strict, total);
    for (const table of await textTables(context.session)) {
      total.assertions += table.columns.length;
      if (!table.empty) await classify(context, table, judged, strict, total);
    }
  });
}

async function classify(
  { session }: SanitizeContext,
  { schema, table, sql, columns }: TextTable,
  judged: ReadonlySet<string>,
  strict: boolean,
  total: Examination,
): Promise<void> {
  const isPublic = schema === 'public';
  if (isPublic && (table === 'ir_config_parameter' || judged.has(table))) return;
  const open = columns.filter(({ name }) => !(isPublic && judged.has(`${table}.${name}`)));
  const named = open.filter((column) => column.named);
  const others = open.filter(({ name, named, kind }) => !named && kind !== 'bytes' && !isReviewed(table, name));
  const sample = `(SELECT * FROM ${sql} LIMIT ${SAMPLE})`;

  const look = async (
    what: readonly TextColumn[],
    from: string,
    predicate: (column: TextColumn) => string,
    message: string,
  ) => {
    if (what.length === 0) return;
    const counts = what.map((column, index) => `count(*) FILTER (WHERE ${predicate(column)}) AS c${index}`);
    const [row] = await session.query<Record<string, string>>(`SELECT ${counts.join(', ')} FROM ${from} t`);
    what.forEach(({ name }, index) => {
      const count = Number(row?.[`c${index}`]);
      if (count !== 0) total.findings.push({ message, location: `${table}.${name}`, count, fix: FIX });
    });
  };
  try {
    await look(named, sql, ({ text, kind }) => isFilled(text, kind), ARMED);
    await look(others, sample, ({ text }) => hasKnownFormat(text), FORMAT);
    if (strict) await look(others, sample, ({ text }) => looksDrawn(text), UNKNOWN);
  } catch (error) {
    total.unclear.push(whyUnreadable(table, error));
  }
}

async function classifyParameters({ session }: SanitizeContext, strict: boolean, total: Examination): Promise<void> {
  const value = 't.value';
  let parameters: { key: string; judged: boolean; filled: boolean; format: boolean; drawn: boolean }[];
  try {
    parameters = await session.query(
      `SELECT t.key, ${JUDGED_PARAMETER} AS judged, coalesce(${isFilled(value, 'text')}, false) AS filled,
              coalesce(${hasKnownFormat(value)}, false) AS format, coalesce(${looksDrawn(value)}, false) AS drawn
         FROM ir_config_parameter t`,
    );
  } catch (error) {
    total.unclear.push(whyUnreadable('ir_config_parameter', error));
    return;
  }
  total.assertions += parameters.length;
  for (const { key, judged, filled, format, drawn } of parameters) {
    if (judged || REVIEWED_PARAMETERS.has(key)) continue;
    const message =
      filled && isNamedLikeASecret(key.replace(/[^a-z0-9]/gi, '_'))
        ? ARMED
        : format
          ? FORMAT
          : strict && drawn
            ? UNKNOWN
            : undefined;
    // A key of another shape may have been typed by a person.
    const location = /^[a-z0-9_.-]{1,80}$/i.test(key) ? `ir_config_parameter[${key}]` : 'ir_config_parameter.key';
    if (message !== undefined) total.findings.push({ message, location, count: 1, fix: FIX });
  }
}
