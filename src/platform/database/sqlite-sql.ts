/** Sql over one SQLite file: reads on the reader connection, single writes on the writer, statements prepared once. */
import type { Cell, Row } from '../event-store/row-write';
import { Sql } from './sql';
import type { SqliteDatabase } from './sqlite-database';
import type { SqliteConnection, SqliteStatement } from './sqlite-driver';
import { storageFailure } from './sqlite-errors';

/** Filters make statements by the dozen, not by the thousand; past this the oldest is prepared again. */
const PREPARED_LIMIT = 500;

export class SqliteSql extends Sql {
  readonly isShared = false;
  private readonly reads: StatementCache;
  private readonly writes: StatementCache;

  constructor(database: SqliteDatabase) {
    super();
    this.reads = new StatementCache(database.reader);
    this.writes = new StatementCache(database.writer);
  }

  async read(sql: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    try {
      return run(this.reads.get(sql), params);
    } catch (error) {
      throw storageFailure(error) ?? error;
    }
  }

  async write(sql: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    try {
      return run(this.writes.get(sql), params);
    } catch (error) {
      throw storageFailure(error) ?? error;
    }
  }
}

class StatementCache {
  private readonly prepared = new Map<string, SqliteStatement>();

  constructor(private readonly connection: SqliteConnection) {}

  get(sql: string): SqliteStatement {
    const known = this.prepared.get(sql);
    if (known) return known;
    const statement = this.connection.prepare<unknown[]>(sql);
    if (this.prepared.size >= PREPARED_LIMIT) this.dropOldest();
    this.prepared.set(sql, statement);
    return statement;
  }

  private dropOldest(): void {
    for (const oldest of this.prepared.keys()) {
      this.prepared.delete(oldest);
      return;
    }
  }
}

function run(statement: SqliteStatement, params: readonly Cell[]): readonly Row[] {
  if (statement.reader) return statement.all(...params) as readonly Row[];
  statement.run(...params);
  return [];
}
