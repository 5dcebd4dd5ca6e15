const REASONS: Record<string, string> = {
  '42501': 'permission denied',
  '57014': 'the statement timed out',
  '55P03': 'the table is locked',
  '42P01': 'the table is gone',
  '42703': 'a column is gone',
};

/** Why a table could not be read, by SQLSTATE alone: Postgres' own message may quote a row. */
export function whyUnreadable(table: string, error: unknown): string {
  const code = (error as { code?: string }).code;
  if (code === undefined) return `${table} could not be read: the connection was lost`;
  return `${table} could not be read: ${REASONS[code] ?? 'error'} (SQLSTATE ${code})`;
}
