const REASONS: Record<string, string> = {
  '42501': 'permission denied',
  '57014': 'the statement timed out',
  '55P03': 'the table is locked',
  '40001': 'someone else changed the row meanwhile',
  '25006': 'the server takes no writes',
  '42P01': 'the table is gone',
  '42703': 'a column is gone',
};

/** Why a table could not be read, by SQLSTATE alone: Postgres' own message may quote a row. */
export function whyUnreadable(table: string, error: unknown): string {
  return `${table} could not be read: ${reasonOf(error)}`;
}

/** What a SQLSTATE means, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: string }).code;
  return code === undefined ? 'the connection was lost' : `${REASONS[code] ?? 'error'} (SQLSTATE ${code})`;
}
