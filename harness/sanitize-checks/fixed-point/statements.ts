/** One statement of a `neutralize.sql`, and how it is treated. */
export type Statement = { number: number; text: string } & (
  | { kind: 'run' }
  /** TRUNCATE locks out every reader until it is rolled back: DELETE takes the same rows away and does not. */
  | { kind: 'truncate'; tables: readonly string[] }
  /** BEGIN, COMMIT and their like: they change no row, and the transaction here has one end alone. */
  | { kind: 'bracket' }
  | { kind: 'refused'; because: string }
);

const TOKEN =
  /--[^\n]*|\/\*|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?\1|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[\s\S]/y;

/** Splits a file at the semicolons that end statements, and says of each statement how it is treated. */
export function readStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let text = '';
  let code = '';
  const end = () => {
    if (code.trim() !== '')
      statements.push({ number: statements.length + 1, text: text.trim(), ...treatmentOf(code.trim()) });
    text = code = '';
  };
  TOKEN.lastIndex = 0;
  for (let at = 0; at < sql.length; at = TOKEN.lastIndex) {
    const [token = ''] = TOKEN.exec(sql) ?? [];
    if (token === '/*') TOKEN.lastIndex = endOfComment(sql, at);
    const whole = sql.slice(at, TOKEN.lastIndex);
    if (token === ';') {
      end();
      continue;
    }
    text += whole;
    // Words within a string constant are no code; within dollar quotes they may be.
    if (/^(--|\/\*)/.test(whole)) code += ' ';
    else code += /^[eE]?'/.test(whole) && whole.length > 1 ? "''" : whole;
  }
  end();
  return statements;
}

/** Comments nest in Postgres. */
function endOfComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at += 1) {
    const pair = sql.slice(at, at + 2);
    if (pair === '/*') depth += 1;
    else if (pair === '*/') depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}

const CHANGES_ROWS = new Set(['update', 'delete', 'insert', 'merge', 'with', 'select', 'values', 'do', 'call']);
const BRACKETS = /^(begin|start\s+transaction|commit(?!\s+prepared)|end|savepoint|release)\b/i;
// What a roll-back does not undo, or what would reach out of the database.
const BEYOND =
  /\b(dblink\w*|lo_(?:im|ex)port|pg_(?:terminate|cancel)_backend|pg_reload_conf|pg_file_\w+|pg_promote|pg_create_\w+|pg_drop_\w+|pg_logical_\w+|set_config|setval|pg_sleep\w*|http\w*)\s*\(/i;
const DDL_INSIDE = /\b(create|alter|drop|truncate|grant|revoke|reindex|cluster|vacuum|copy|lock|prepare)\b/i;

type Treatment =
  | { kind: 'run' }
  | { kind: 'truncate'; tables: readonly string[] }
  | { kind: 'bracket' }
  | { kind: 'refused'; because: string };

function treatmentOf(code: string): Treatment {
  const [word = ''] = code.match(/[a-z]+/i) ?? [];
  const beyond = BEYOND.exec(code)?.[1];
  if (beyond !== undefined) return refused(`${beyond}()`);
  if (BRACKETS.test(code)) return { kind: 'bracket' };
  if (/^truncate$/i.test(word)) return truncation(code);
  if (!CHANGES_ROWS.has(word.toLowerCase())) return refused(word.toUpperCase() || 'no SQL');
  const inside = /^do$/i.test(word) ? DDL_INSIDE.exec(code)?.[0] : undefined;
  return inside === undefined ? { kind: 'run' } : refused(`DO with ${inside.toUpperCase()}`);
}

function truncation(code: string): Treatment {
  const [, list = '', options = ''] =
    /^truncate\s+(?:table\s+)?(.*?)\s*((?:\b(?:restart|continue)\s+identity\b\s*)?(?:\b(?:cascade|restrict)\b)?)$/is.exec(
      code,
    ) ?? [];
  if (/cascade/i.test(options)) return refused('TRUNCATE … CASCADE');
  const tables = list.split(',').map((name) =>
    name
      .replace(/^\s*only\s+/i, '')
      .replace(/\*?\s*$/, '')
      .trim(),
  );
  return { kind: 'truncate', tables };
}

function refused(what: string): Treatment {
  return {
    kind: 'refused',
    because: `it is ${what}, which is not tried out: a roll-back may not undo it, or it would lock tables`,
  };
}
