/** Rebuild and verification on SQLite. Whatever writes does so within one turn of the event loop, between two flushes of the log. */
import type { Instant } from '../../kernel/clock';
import type { SqliteDatabase } from '../database/sqlite-database';
import type { Row, TableDefinition } from '../event-store/row-write';
import {
  beginRecords,
  type Build,
  exchangeRecords,
  finishRecord,
  forgetRecords,
  isBuilding,
  LIST_BUILDS,
  listParts,
  liveRecord,
  overtaken,
  type PartPosition,
  partPosition,
  saveCheckpoint,
  type Statement,
  swapRecords,
  tableBuild,
  type TableBuild,
} from './build-records';
import type { FoldIo, Positions } from './fold-io';
import { type CatchUp, type DatabaseAddress, type ProjectionSnapshot, ProjectionTables } from './projection-tables.port';
import { sqliteHeads, SqliteReads } from './sqlite-fold-io';
import { openSqliteSnapshot } from './sqlite-projection-snapshot';
import { copyIndexes, copyName, copyStatement, CopyWriter, formerName } from './sqlite-table-copy';

export class SqliteProjectionTables extends ProjectionTables {
  readonly address: DatabaseAddress;

  constructor(private readonly database: SqliteDatabase) {
    super();
    this.address = { kind: 'sqlite', file: database.file };
  }

  async count({ name }: TableDefinition): Promise<number> {
    return Number(this.database.reader.prepare(`SELECT count(*) FROM ${name}`).pluck().get());
  }

  async heads(): Promise<Positions> {
    return sqliteHeads(this.database.reader);
  }

  async builds(): Promise<readonly TableBuild[]> {
    return this.list(LIST_BUILDS).map(tableBuild);
  }

  async parts(buildId: string): Promise<readonly PartPosition[]> {
    return this.list(listParts(buildId)).map(partPosition);
  }

  /** The file belongs to this process. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  async register(versions: ReadonlyMap<string, string>, buildId: string, now: Instant): Promise<void> {
    this.inTransaction(() => {
      for (const [table, version] of versions) this.record(liveRecord(table, version, buildId, now));
    });
  }

  async begin(build: Build, tables: readonly TableDefinition[]): Promise<void> {
    const { writer } = this.database;
    this.inTransaction(() => {
      for (const { name } of tables) {
        writer.exec(`DROP TABLE IF EXISTS ${copyName(name)}; ${copyStatement(writer, name, 'CREATE TABLE')}`);
        for (const index of copyIndexes(writer, name)) writer.exec(index);
        this.record(forgetRecords(name, 'BUILDING'));
      }
      this.record(beginRecords(build));
    });
  }

  copies({ id }: Build): FoldIo {
    return this.io(id, copyName);
  }

  async discard(buildId: string, tables: readonly TableDefinition[]): Promise<void> {
    this.inTransaction(() => {
      for (const { name } of tables) {
        if (this.list(isBuilding(name, buildId)).length === 0) continue;
        this.database.writer.exec(`DROP TABLE IF EXISTS ${copyName(name)}`);
        this.record(forgetRecords(name, 'BUILDING'));
      }
    });
  }

  swap(build: Build, tables: readonly TableDefinition[], catchUp: CatchUp, now: Instant): Promise<Positions> {
    const { writer } = this.database;
    return this.atTheHead(catchUp, this.copies(build), (positions) => {
      for (const { name } of tables) {
        writer.exec(`DROP TABLE IF EXISTS ${formerName(name)}; ALTER TABLE ${name} RENAME TO ${formerName(name)}`);
        writer.exec(`ALTER TABLE ${copyName(name)} RENAME TO ${name}`);
        this.guard([finishRecord(name, build, now)]);
        this.record(swapRecords(name, build, positions));
      }
    });
  }

  exchange({ name }: TableDefinition, { buildId }: TableBuild, catchUp: CatchUp): Promise<Positions> {
    const { writer } = this.database;
    return this.atTheHead(catchUp, this.io(buildId, formerName), (positions) => {
      writer.exec(`DROP TABLE IF EXISTS ${copyName(name)}; ALTER TABLE ${formerName(name)} RENAME TO ${copyName(name)}`);
      writer.exec(`ALTER TABLE ${name} RENAME TO ${formerName(name)}; ALTER TABLE ${copyName(name)} RENAME TO ${name}`);
      this.record(exchangeRecords(name, buildId, positions));
    });
  }

  async fits({ name }: TableDefinition): Promise<boolean> {
    const shape = this.database.reader.prepare('SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY name').raw();
    return JSON.stringify(shape.all(name)) === JSON.stringify(shape.all(formerName(name)));
  }

  async snapshot(tables: readonly TableDefinition[]): Promise<ProjectionSnapshot> {
    return openSqliteSnapshot(this.database.file, tables);
  }

  /** Between the last look at the log and the swap there is no turn of the event loop, so a busy log cannot outrun it. */
  private async atTheHead(catchUp: CatchUp, io: FoldIo, act: (positions: Positions) => void): Promise<Positions> {
    for (;;) {
      const positions = await catchUp(io);
      const isDone = this.inTransaction(() => {
        if (!isSame(positions, sqliteHeads(this.database.writer))) return false;
        act(positions);
        return true;
      });
      if (isDone) return positions;
    }
  }

  private io(buildId: string, named: (table: string) => string): FoldIo {
    const reads = new SqliteReads(this.database.reader);
    const copies = new CopyWriter(this.database.writer, named);
    return {
      read: async (query, range) => reads.read(query, range),
      load: async (table, keys) => reads.load(copies.copyOf(table), keys),
      commit: async (writes, checkpoint) => {
        this.inTransaction(() => {
          copies.write(writes);
          this.guard(saveCheckpoint(buildId, checkpoint));
        });
      },
    };
  }

  private list({ sql, params }: Statement): readonly Row[] {
    return this.database.reader.prepare<unknown[]>(sql).all(...params) as Row[];
  }

  private record(statements: readonly Statement[]): void {
    for (const { sql, params } of statements) this.database.writer.prepare<unknown[]>(sql).run(...params);
  }

  private guard(statements: readonly Statement[]): void {
    for (const { sql, params } of statements) {
      if (this.database.writer.prepare<unknown[]>(sql).run(...params).changes !== 1) throw overtaken();
    }
  }

  private inTransaction<Result>(work: () => Result): Result {
    return this.database.writer.transaction(work).immediate();
  }
}

const isSame = (some: Positions, others: Positions): boolean =>
  some.size === others.size && [...others].every(([log, position]) => some.get(log) === position);
