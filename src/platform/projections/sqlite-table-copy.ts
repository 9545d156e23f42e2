/** A table made like another: same columns, keys, checks and indexes, under other names. */
import type { SqliteConnection } from '../database/sqlite-driver';
import type { RowWrite, TableDefinition } from '../event-store/row-write';
import { RowWriter } from '../event-store/sqlite-statements';

export const copyName = (table: string): string => `${table}__rebuild`;
export const formerName = (table: string): string => `${table}__former`;

/** The statement that creates the copy. Throws where the live table does not exist: run the migrations first. */
export function copyStatement(connection: SqliteConnection, table: string, prefix: 'CREATE TABLE' | 'CREATE TEMP TABLE'): string {
  const sql = connection.prepare("SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ?").pluck().get(table);
  const body = /^CREATE TABLE\s+(?:"[^"]+"|\S+?)\s*(\([^]*)$/i.exec(String(sql))?.[1];
  if (body === undefined) throw new Error(`table ${table} does not exist; run the migrations first`);
  return `${prefix} ${copyName(table)} ${body}`;
}

/** Indexes of the live table for its copy. SQLite cannot rename one, so each generation of a table numbers its own. */
export function copyIndexes(connection: SqliteConnection, table: string): readonly string[] {
  const rows = connection
    .prepare("SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid")
    .all(table) as readonly { readonly name: string; readonly sql: string }[];
  const taken = new Set(connection.prepare('SELECT name FROM main.sqlite_master').pluck().all() as string[]);
  return rows.map(({ name, sql }) => {
    const fresh = freeName(name.replace(/__\d+$/, ''), taken);
    const definition = /^CREATE (UNIQUE )?INDEX\s+\S+\s+ON\s+\S+\s*(\([^]*)$/i.exec(sql);
    if (!definition) throw new Error(`the index ${name} cannot be copied: ${sql}`);
    return `CREATE ${definition[1] ?? ''}INDEX ${fresh} ON ${copyName(table)} ${definition[2]}`;
  });
}

function freeName(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let number = 2; taken.has(name); number++) name = `${base}__${number}`;
  return name;
}

/** Writes rows meant for live tables into tables of the same shape with other names. */
export class CopyWriter {
  private readonly copies = new Map<TableDefinition, TableDefinition>();
  private readonly rows: RowWriter;

  constructor(
    connection: SqliteConnection,
    private readonly named: (table: string) => string,
  ) {
    this.rows = new RowWriter(connection);
  }

  write(writes: readonly RowWrite[]): void {
    for (const write of writes) this.rows.write({ ...write, table: this.copyOf(write.table) });
  }

  copyOf(table: TableDefinition): TableDefinition {
    const known = this.copies.get(table);
    if (known) return known;
    const copy = { ...table, name: this.named(table.name) };
    this.copies.set(table, copy);
    return copy;
  }
}
