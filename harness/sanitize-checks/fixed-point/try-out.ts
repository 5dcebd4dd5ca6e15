import type { Finding } from '../../check.ts';
import type { RolledBackSession } from '../../database/rolled-back.ts';
import { reasonOf } from '../unreadable.ts';
import type { Statement } from './statements.ts';

/** Outcome of one statement. */
export type Trial =
  /** Postgres answered, with success or with what is wrong about the statement. */
  | { kind: 'ran'; finding?: Finding }
  | { kind: 'left-out' }
  | {
      kind: 'unclear';
      why: string /** The next statement would only wait, and hold its locks meanwhile. */;
      last: boolean;
    };

/** Runs one statement of a file. One that the database does not fit is a finding: neutralization as a whole fails by it. */
export async function tryOut(session: RolledBackSession, path: string, statement: Statement): Promise<Trial> {
  if (statement.kind === 'bracket') return { kind: 'left-out' };
  if (statement.kind === 'refused') return { kind: 'unclear', why: statement.because, last: false };
  try {
    if (statement.kind === 'run') await session.run(statement.text);
    else await deleteInstead(session, statement.tables);
    return { kind: 'ran' };
  } catch (error) {
    const crash = crashOf(error);
    if (crash === undefined) return { kind: 'unclear', why: reasonOf(error), last: isBusyOrGone(error) };
    const finding = {
      message: `neutralization would fail here: ${crash}`,
      location: placeOf(path, statement),
      fix: FIX,
    };
    return { kind: 'ran', finding };
  }
}

export function placeOf(path: string, { number }: Statement): string {
  return `${path}, statement ${number}`;
}

/** A lock, a time-out, a row that someone else just changed, a lost connection. */
function isBusyOrGone(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === undefined || ['55P03', '57014', '40001', '40P01'].includes(code);
}

const FIX =
  'Bring code and database to the same version (`-u` of the module), or correct the file; until then nothing is neutralized.';

async function deleteInstead({ query, run }: RolledBackSession, tables: readonly string[]): Promise<void> {
  const referring = await query(
    `SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY ($1::text[]::regclass[])
        AND NOT conrelid = ANY ($1::text[]::regclass[]) LIMIT 1`,
    [tables],
  );
  if (referring.length > 0) throw Object.assign(new Error('TRUNCATE'), { code: '0A000' });
  for (const table of tables) await run(`DELETE FROM ${table}`);
}

/** What the statement itself, or the rows it meets, make fail; undefined where rights, locks or the server do. */
function crashOf(error: unknown): string | undefined {
  const { code = '', message = '', constraint } = error as { code?: string; message?: string; constraint?: string };
  // These messages quote names out of the statement; others may quote a row.
  if (['42P01', '42703'].includes(code)) return `${message.split('\n')[0]} (SQLSTATE ${code})`;
  if (code === '0A000') return 'it truncates a table that another one refers to (SQLSTATE 0A000)';
  if (code.startsWith('23')) return `it violates ${constraint ?? 'a constraint'} (SQLSTATE ${code})`;
  if (code === '42601') return 'a syntax error (SQLSTATE 42601)';
  if (code !== '42501' && /^(21|22|2D|42|P0)/.test(code)) return `SQLSTATE ${code}`;
  return undefined;
}
