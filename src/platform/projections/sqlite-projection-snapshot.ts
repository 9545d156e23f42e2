/** One moment of a SQLite file on a connection of its own; what is expected goes into temporary tables beside it, on disk where large. */
import { loadSqliteDriver, type SqliteConnection } from '../database/sqlite-driver';
import type { Row, RowWrite, TableDefinition } from '../event-store/row-write';
import type { FoldEvent, FoldQuery, LogRange, Positions } from './fold-io';
import type { ProjectionSnapshot, TableComparison } from './projection-tables.port';
import { differencesOf } from './row-differences';
import { sqliteHeads, SqliteReads } from './sqlite-fold-io';
import { copyName, copyStatement, CopyWriter } from './sqlite-table-copy';

export function openSqliteSnapshot(file: string, tables: readonly TableDefinition[]): ProjectionSnapshot {
  const Driver = loadSqliteDriver();
  const connection = new Driver(file, { readonly: true });
  try {
    connection.exec('BEGIN');
    const positions = sqliteHeads(connection); // the first read fixes the moment
    for (const { name } of tables) connection.exec(copyStatement(connection, name, 'CREATE TEMP TABLE'));
    return new SqliteSnapshot(connection, positions);
  } catch (error) {
    connection.close();
    throw error;
  }
}

class SqliteSnapshot implements ProjectionSnapshot {
  private readonly copies: CopyWriter;
  private readonly reads: SqliteReads;

  constructor(
    private readonly connection: SqliteConnection,
    readonly positions: Positions,
  ) {
    this.copies = new CopyWriter(connection, copyName);
    this.reads = new SqliteReads(connection);
  }

  async read(query: FoldQuery, range: LogRange): Promise<readonly FoldEvent[]> {
    return this.reads.read(query, range);
  }

  async load(table: TableDefinition, keys: readonly Row[]): Promise<readonly Row[]> {
    return this.reads.load({ ...table, name: `temp.${copyName(table.name)}` }, keys);
  }

  async commit(writes: readonly RowWrite[]): Promise<void> {
    this.copies.write(writes);
  }

  compare(table: TableDefinition, limit: number): Promise<TableComparison> {
    const info = this.connection.prepare<unknown[]>("SELECT name FROM pragma_table_info(?, 'main')").pluck();
    return differencesOf(table, limit, {
      live: `main.${table.name}`,
      expected: `temp.${copyName(table.name)}`,
      columns: info.all(table.name) as readonly string[],
      differ: (live, expected) => `${live} IS NOT ${expected} COLLATE BINARY`,
      rows: async (text, params) => this.connection.prepare<unknown[]>(text).all(...params) as Row[],
    });
  }

  async close(): Promise<void> {
    this.connection.close();
  }
}
