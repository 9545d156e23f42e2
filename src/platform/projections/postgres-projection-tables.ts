/** Rebuild and verification on PostgreSQL. A swap holds off every append for its moment; otherwise nobody waits. */
import type { Client } from 'pg';
import type { Instant } from '../../kernel/clock';
import { UnavailableError } from '../../kernel/errors';
import type { PgDatabase } from '../database/postgres-database';
import type { Cell, Row, TableDefinition } from '../event-store/row-write';
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
  type PartPosition,
  partPosition,
  type Statement,
  swapRecords,
  tableBuild,
  type TableBuild,
} from './build-records';
import type { FoldIo, Positions } from './fold-io';
import { pgHeads, PgFoldIo, type PgQuery, queryOn, runGuarded, runStatements } from './postgres-fold-io';
import { openPgSnapshot } from './postgres-projection-snapshot';
import { changePlaces, copyName, createCopy, formerName, putInPlace } from './postgres-table-copy';
import { type CatchUp, type DatabaseAddress, type ProjectionSnapshot, ProjectionTables } from './projection-tables.port';

/** Any number will do, as long as every version of the program uses the same. */
const REBUILD_LOCK = 1_795_132_801;
/** Appends wait no longer than this for a swap that waits for somebody who reads the table. */
const LOCK_TIMEOUT = '1s';
const SWAP_TRIES = 60;

export class PgProjectionTables extends ProjectionTables {
  readonly address: DatabaseAddress;
  private readonly query: PgQuery;

  constructor(private readonly database: PgDatabase) {
    super();
    this.address = { kind: 'postgres', url: database.url };
    this.query = queryOn(database.reader);
  }

  async count({ name }: TableDefinition): Promise<number> {
    return Number((await this.query(`SELECT count(*) AS found FROM ${name}`, [])).rows[0]?.['found']);
  }

  heads(): Promise<Positions> {
    return pgHeads(this.query);
  }

  async builds(): Promise<readonly TableBuild[]> {
    return (await this.list(LIST_BUILDS)).map(tableBuild);
  }

  async parts(buildId: string): Promise<readonly PartPosition[]> {
    return (await this.list(listParts(buildId))).map(partPosition);
  }

  /** The lock belongs to a connection, so it ends with the process; a holder that lost it finds its checkpoints moved on. */
  async exclusively<Result>(work: () => Promise<Result>, onWait: () => void): Promise<Result> {
    const client = await this.database.connect();
    try {
      const query = queryOn(client);
      const { rows } = await query('SELECT pg_try_advisory_lock(?) AS is_mine', [REBUILD_LOCK]);
      if (!(rows[0] as Record<string, Cell | boolean> | undefined)?.['is_mine']) {
        onWait();
        await query('SELECT pg_advisory_lock(?)', [REBUILD_LOCK]);
      }
      return await work();
    } finally {
      await client.end();
    }
  }

  register(versions: ReadonlyMap<string, string>, buildId: string, now: Instant): Promise<void> {
    return this.inTransaction(async (query) => {
      for (const [table, version] of versions) await runStatements(query, liveRecord(table, version, buildId, now));
    });
  }

  begin(build: Build, tables: readonly TableDefinition[]): Promise<void> {
    return this.inTransaction(async (query) => {
      for (const { name } of tables) {
        await createCopy(query, name);
        await runStatements(query, forgetRecords(name, 'BUILDING'));
      }
      await runStatements(query, beginRecords(build));
    });
  }

  copies({ id }: Build): FoldIo {
    return pgCopies(this.database, id);
  }

  discard(buildId: string, tables: readonly TableDefinition[]): Promise<void> {
    return this.inTransaction(async (query) => {
      for (const { name } of tables) {
        const { sql, params } = isBuilding(name, buildId);
        if ((await query(sql, params)).rows.length === 0) continue;
        await query(`DROP TABLE IF EXISTS ${copyName(name)}`, []);
        await runStatements(query, forgetRecords(name, 'BUILDING'));
      }
    });
  }

  swap(build: Build, tables: readonly TableDefinition[], catchUp: CatchUp, now: Instant): Promise<Positions> {
    return this.withoutAppends(tables, catchUp, { buildId: build.id, named: copyName }, async (query, positions) => {
      for (const { name } of tables) {
        await runGuarded(query, [finishRecord(name, build, now)]);
        await putInPlace(query, name);
        await runStatements(query, swapRecords(name, build, positions));
      }
    });
  }

  exchange(table: TableDefinition, { buildId }: TableBuild, catchUp: CatchUp): Promise<Positions> {
    return this.withoutAppends([table], catchUp, { buildId, named: formerName }, async (query, positions) => {
      await changePlaces(query, table.name);
      await runStatements(query, exchangeRecords(table.name, buildId, positions));
    });
  }

  async fits({ name }: TableDefinition): Promise<boolean> {
    const shape = async (table: string): Promise<string> => {
      const text = `SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull FROM pg_attribute
        WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname`;
      return JSON.stringify((await this.query(text, [table])).rows);
    };
    return (await shape(name)) === (await shape(formerName(name)));
  }

  snapshot(tables: readonly TableDefinition[]): Promise<ProjectionSnapshot> {
    return openPgSnapshot(this.database, tables);
  }

  /**
   * Folds what is left twice: first beside the appends, so that little is left for the moment in which they wait. Locks are taken in
   * the order of a flush: tables by name, then tails; so the two never wait for each other.
   */
  private async withoutAppends(tables: readonly TableDefinition[], catchUp: CatchUp, target: Target, act: Act): Promise<Positions> {
    const names = tables.map(({ name }) => name).sort();
    for (let tries = 1; ; tries++) {
      await catchUp(foldIo(this.database, target));
      let positions: Positions = new Map();
      try {
        await this.inTransaction(async (query) => {
          await query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`, []);
          await query(`LOCK TABLE ${names.join(', ')} IN SHARE ROW EXCLUSIVE MODE`, []);
          await query('SELECT log FROM log_tails ORDER BY log FOR UPDATE', []);
          positions = await catchUp(new PgFoldIo(query, (work) => work(query), target.named, target.buildId));
          await act(query, positions);
        });
        return positions;
      } catch (error) {
        if (!isLocked(error) || tries >= SWAP_TRIES) throw error;
      }
    }
  }

  private async list({ sql, params }: Statement): Promise<readonly Row[]> {
    return (await this.query(sql, params)).rows;
  }

  private inTransaction(work: (query: PgQuery) => Promise<void>): Promise<void> {
    return pgTransaction(this.database, work);
  }
}

type Act = (query: PgQuery, positions: Positions) => Promise<void>;

interface Target {
  readonly buildId: string;
  readonly named: (table: string) => string;
}

const isLocked = (error: unknown): boolean => error instanceof UnavailableError && error.code === 'store.busy';

/** The copies of a build: read on any connection, written by single transactions. */
export const pgCopies = (database: PgDatabase, buildId: string): FoldIo => foldIo(database, { buildId, named: copyName });

const foldIo = (database: PgDatabase, { buildId, named }: Target): FoldIo =>
  new PgFoldIo(queryOn(database.reader), (work) => pgTransaction(database, work), named, buildId);

async function pgTransaction(database: PgDatabase, work: (query: PgQuery) => Promise<void>): Promise<void> {
  const client = await database.writer.connect();
  let broken: Error | undefined;
  try {
    const query = queryOn(client);
    await query('BEGIN', []);
    await work(query);
    await query('COMMIT', []);
  } catch (error) {
    broken = await rolledBack(client as unknown as Client);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** What the connection is broken by, or undefined where it can be used again. */
async function rolledBack(client: Pick<Client, 'query'>): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
