/** Rebuild and verification on SQLite. Whatever writes does so within one turn of the event loop, between two flushes of the log. */
import type { SqliteDatabase } from '../database/sqlite-database';
import type { RowWrite, TableDefinition } from '../event-store/row-write';
import { type ProjectionSnapshot, ProjectionTables } from './projection-tables.port';
import { openSqliteSnapshot } from './sqlite-projection-snapshot';
import { copyName, copyStatement, CopyWriter, logHead } from './sqlite-table-copy';

export class SqliteProjectionTables extends ProjectionTables {
  private copies: CopyWriter;

  constructor(private readonly database: SqliteDatabase) {
    super();
    this.copies = new CopyWriter(database.writer);
  }

  async count({ name }: TableDefinition): Promise<number> {
    return Number(this.database.reader.prepare(`SELECT count(*) FROM ${name}`).pluck().get());
  }

  async createCopies(tables: readonly TableDefinition[]): Promise<void> {
    const { writer } = this.database;
    this.inTransaction(() => {
      for (const { name } of tables) writer.exec(`DROP TABLE IF EXISTS ${copyName(name)}; ${copyStatement(writer, name, 'CREATE TABLE')}`);
    });
    this.copies = new CopyWriter(writer);
  }

  async writeCopies(writes: readonly RowWrite[]): Promise<void> {
    if (writes.length > 0) this.inTransaction(() => this.copies.write(writes));
  }

  async swap(tables: readonly TableDefinition[], position: number): Promise<boolean> {
    return this.inTransaction(() => {
      if (logHead(this.database.writer) !== position) return false;
      for (const { name } of tables) this.replace(name);
      return true;
    });
  }

  async dropCopies(tables: readonly TableDefinition[]): Promise<void> {
    this.inTransaction(() => {
      for (const { name } of tables) this.database.writer.exec(`DROP TABLE IF EXISTS ${copyName(name)}`);
    });
  }

  async snapshot(tables: readonly TableDefinition[]): Promise<ProjectionSnapshot> {
    return openSqliteSnapshot(this.database.file, tables);
  }

  /** Indexes go with the old table and are made anew: their names are taken until then. */
  private replace(table: string): void {
    const { writer } = this.database;
    const belongings =
      "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid";
    const statements = writer.prepare(belongings).pluck().all(table) as readonly string[];
    writer.exec(`DROP TABLE ${table}; ALTER TABLE ${copyName(table)} RENAME TO ${table}`);
    for (const statement of statements) writer.exec(statement);
  }

  private inTransaction<Result>(work: () => Result): Result {
    return this.database.writer.transaction(work).immediate();
  }
}
