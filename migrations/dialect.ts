/** One text of a table for both databases: written for SQLite, read as PostgreSQL where that is what runs it. */
import type { QueryRunner } from 'typeorm';

export const isPostgres = (runner: QueryRunner): boolean => runner.connection.options.type === 'postgres';

/** Text is compared byte by byte on every server, so that lists, cursors and ranges have one order everywhere. */
export function inDialect(runner: QueryRunner, statement: string): string {
  if (!isPostgres(runner)) return statement;
  return statement
    .replace(/\bTEXT\b/g, 'TEXT COLLATE "C"')
    .replace(/\bINTEGER\b/g, 'BIGINT')
    .replace(/\)\s*STRICT(, WITHOUT ROWID)?\s*$/, ')');
}

export async function runAll(runner: QueryRunner, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await runner.query(inDialect(runner, statement));
}
