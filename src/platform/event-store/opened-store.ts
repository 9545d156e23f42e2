/** A store that is open, and what it takes to open one. */
import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock';
import type { PostgresDataSourceOptions, SqliteDataSourceOptions } from '../database/data-source';
import type { PgDatabase } from '../database/postgres-database';
import type { Sql } from '../database/sql';
import type { SqliteDatabase } from '../database/sqlite-database';
import type { CrashPoints } from './crash-points';
import type { EventStore } from './event-store.port';
import type { HeadWitness } from './head-witness';
import type { StorageCheck } from './storage-check';

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
