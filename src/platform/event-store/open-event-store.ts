/** Opens one database with everything on it: migrations, single statements, event store; a SQLite file is locked first. */
import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock';
import { connectAndMigrate, createDataSource, type PostgresDataSourceOptions, type SqliteDataSourceOptions } from '../database/data-source';
import { PgDatabase } from '../database/postgres-database';
import { PgSql } from '../database/postgres-sql';
import type { Sql } from '../database/sql';
import { openSqlite, type SqliteDatabase } from '../database/sqlite-database';
import { openFailure } from '../database/sqlite-errors';
import { SqliteSql } from '../database/sqlite-sql';
import type { CrashPoints } from './crash-points';
import { deferToNextTurn } from './defer.adapter';
import type { EventStore } from './event-store.port';
import { type HeadWitness, NoWitness } from './head-witness';
import { PgEventStore } from './postgres-event-store';
import { PgStorageCheck } from './postgres-storage-check';
import { RandomSalts } from './salts.adapter';
import { SqliteEventStore } from './sqlite-event-store';
import { SqliteStorageCheck } from './sqlite-storage-check';
import type { StorageCheck } from './storage-check';
import { SystemTimer } from '../time/system-timer.adapter';

interface StoreOptions {
  readonly clock: Clock;
  readonly onListenerError: (error: unknown) => void;
  readonly crashPoints?: CrashPoints;
  /** Told of connections to a server that broke while nobody used them. */
  readonly onConnectionError?: (error: unknown) => void;
  /** OFF for scratch stores that nobody misses. */
  readonly synchronous?: 'FULL' | 'OFF';
  /** Told where the logs end; nobody where it is left out. */
  readonly witness?: HeadWitness;
}

export type OpenSqliteOptions = SqliteDataSourceOptions & StoreOptions;
export type OpenPostgresOptions = PostgresDataSourceOptions & StoreOptions;

interface Opened {
  readonly dataSource: DataSource;
  readonly sql: Sql;
  readonly store: EventStore;
  readonly storage: StorageCheck;
  /** Drains what is in flight and closes the connections; a SQLite file is free again. */
  close(): Promise<void>;
}

export interface OpenedSqlite extends Opened {
  readonly kind: 'sqlite';
  readonly database: SqliteDatabase;
}

export interface OpenedPostgres extends Opened {
  readonly kind: 'postgres';
  readonly database: PgDatabase;
}

export type OpenedStore = OpenedSqlite | OpenedPostgres;

/** Throws DomainError `store.…` with a sentence for whoever starts the process; then everything is closed again. */
export function openEventStore(options: OpenSqliteOptions): Promise<OpenedSqlite>;
export function openEventStore(options: OpenPostgresOptions): Promise<OpenedPostgres>;
export function openEventStore(options: OpenSqliteOptions | OpenPostgresOptions): Promise<OpenedStore>;
export function openEventStore(options: OpenSqliteOptions | OpenPostgresOptions): Promise<OpenedStore> {
  return options.kind === 'postgres' ? openPostgresStore(options) : openSqliteStore(options);
}

async function openSqliteStore(options: OpenSqliteOptions): Promise<OpenedSqlite> {
  const { clock, onListenerError, crashPoints, witness = new NoWitness() } = options;
  const database = openSqlite(options);
  const dataSource = createDataSource(options);
  const release = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    database.close();
  };
  return orRelease(
    release,
    async () => {
      await connectAndMigrate(dataSource);
      const salts = new RandomSalts();
      const store = new SqliteEventStore({ database, clock, salts, defer: deferToNextTurn, onListenerError, crashPoints, witness });
      const close = inOrder(() => store.close(), release);
      return {
        kind: 'sqlite',
        database,
        dataSource,
        sql: new SqliteSql(database),
        store,
        storage: new SqliteStorageCheck(database),
        close,
      };
    },
    (error) => openFailure(error, options.file),
  );
}

async function openPostgresStore(options: OpenPostgresOptions): Promise<OpenedPostgres> {
  const { clock, onListenerError, crashPoints, onConnectionError, witness = new NoWitness() } = options;
  const dataSource = createDataSource(options);
  const database = new PgDatabase(options);
  const release = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await database.close();
  };
  return orRelease(release, async () => {
    await connectAndMigrate(dataSource);
    const salts = new RandomSalts();
    const timer = new SystemTimer(); // the network keeps real time, whatever clock the program runs on
    const parts = { database, clock, salts, timer, defer: deferToNextTurn };
    const store = new PgEventStore({ ...parts, onListenerError, onConnectionError, crashPoints, witness });
    const close = inOrder(() => store.close(), release);
    return { kind: 'postgres', database, dataSource, sql: new PgSql(database), store, storage: new PgStorageCheck(dataSource), close };
  });
}

async function orRelease<Result>(
  release: () => Promise<void>,
  open: () => Promise<Result>,
  explain: (error: unknown) => unknown = (error) => error,
): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    await release();
    throw explain(error);
  }
}

const inOrder = (first: () => Promise<void>, second: () => Promise<void>) => async (): Promise<void> => {
  try {
    await first();
  } finally {
    await second();
  }
};
