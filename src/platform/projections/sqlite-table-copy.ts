/** A table made like another: same columns, keys and checks, another name, no further indexes. */
import type { SqliteConnection } from '../database/sqlite-driver';
import { SYSTEM_LOG } from '../event-store/event-store.port';
import type { RowWrite, TableDefinition } from '../event-store/row-write';
import { RowWriter } from '../event-store/sqlite-statements';

export const copyName = (table: string): string => `${table}__rebuild`;

/** The statement that creates the copy. Throws where the live table does not exist: run the migrations first. */
export function copyStatement(connection: SqliteConnection, table: string, prefix: 'CREATE TABLE' | 'CREATE TEMP TABLE'): string {
  const sql = connection.prepare("SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ?").pluck().get(table);
  const body = /^CREATE TABLE\s+(?:"[^"]+"|\S+?)\s*(\([^]*)$/i.exec(String(sql))?.[1];
  if (body === undefined) throw new Error(`table ${table} does not exist; run the migrations first`);
  return `${prefix} ${copyName(table)} ${body}`;
}

/** Where the log ends for this connection; 0 for an empty log. */
export const logHead = (connection: SqliteConnection): number =>
  Number(connection.prepare('SELECT position FROM main.events WHERE log = ? ORDER BY position DESC LIMIT 1').pluck().get(SYSTEM_LOG) ?? 0);

/** Writes rows meant for live tables into their copies. */
export class CopyWriter {
  private readonly copies = new Map<TableDefinition, TableDefinition>();
  private readonly rows: RowWriter;

  constructor(connection: SqliteConnection) {
    this.rows = new RowWriter(connection);
  }

  write(writes: readonly RowWrite[]): void {
    for (const write of writes) this.rows.write({ ...write, table: this.copyOf(write.table) });
  }

  private copyOf(table: TableDefinition): TableDefinition {
    const known = this.copies.get(table);
    if (known) return known;
    const copy = { ...table, name: copyName(table.name) };
    this.copies.set(table, copy);
    return copy;
  }
}
