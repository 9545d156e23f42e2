/** Opens one SQLite file with everything on it: lock, migrations, single statements, event store. */
import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock';
import { connectAndMigrate, createDataSource, type SqliteDataSourceOptions } from '../database/data-source';
import type { Sql } from '../database/sql';
import { openSqlite, type SqliteDatabase } from '../database/sqlite-database';
import { SqliteSql } from '../database/sqlite-sql';
import type { CrashPoints } from './crash-points';
import { deferToNextTurn } from './defer.adapter';
import type { EventStore } from './event-store.port';
import { RandomSalts } from './salts.adapter';
import { SqliteEventStore } from './sqlite-event-store';

export interface OpenOptions extends SqliteDataSourceOptions {
  readonly clock: Clock;
  readonly onListenerError: (error: unknown) => void;
  readonly crashPoints?: CrashPoints;
}

export interface OpenedStore {
  readonly database: SqliteDatabase;
  readonly dataSource: DataSource;
  readonly sql: Sql;
  readonly store: EventStore;
  /** Drains what is in flight, closes the connections and frees the file. */
  close(): Promise<void>;
}

/** Throws what openSqlite and connectAndMigrate throw, with the file free again. */
export async function openEventStore({ clock, onListenerError, crashPoints, ...options }: OpenOptions): Promise<OpenedStore> {
  const database = openSqlite(options);
  const dataSource = createDataSource(options);
  const release = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    database.close();
  };
  try {
    await connectAndMigrate(dataSource);
    const salts = new RandomSalts();
    const store = new SqliteEventStore({ database, clock, salts, defer: deferToNextTurn, onListenerError, crashPoints });
    const close = async (): Promise<void> => {
      await store.close();
      await release();
    };
    return { database, dataSource, sql: new SqliteSql(database), store, close };
  } catch (error) {
    await release();
    throw error;
  }
}
