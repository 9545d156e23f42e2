/** TypeORM over the same database, on connections of its own: migrations and read models, never the log's appends. */
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from '../../../migrations/all';
import type { DatabaseUrl, PostgresUrl } from './database-url';
import { CONNECT_TIMEOUT_MS } from './postgres-timeouts';
import { MIGRATIONS_TABLE, refuseNewerSchema } from './schema-version';
import { loadSqliteDriver, type SqliteConnection } from './sqlite-driver';
import { prepareWriter } from './sqlite-database';
import { openFailure } from './sqlite-errors';

export interface SqliteDataSourceOptions {
  readonly kind?: 'sqlite';
  readonly file: string;
  readonly synchronous?: 'FULL' | 'OFF';
  /** Read models: classes with decorators, or schemas. */
  readonly entities?: DataSourceOptions['entities'];
}

export interface PostgresDataSourceOptions extends PostgresUrl {
  readonly entities?: DataSourceOptions['entities'];
}

export function createDataSource(options: SqliteDataSourceOptions | PostgresDataSourceOptions | DatabaseUrl): DataSource {
  const entities = 'entities' in options ? (options.entities ?? []) : [];
  const shared = { entities, migrations: [...migrations], migrationsTableName: MIGRATIONS_TABLE };
  if (options.kind === 'postgres') {
    return new DataSource({
      ...shared,
      type: 'postgres',
      url: options.url,
      applicationName: 'volatility-balancing',
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      poolSize: 2, // who migrates holds a lock on one; both are given back when nobody uses them
    });
  }
  const synchronous = 'synchronous' in options ? (options.synchronous ?? 'FULL') : 'FULL';
  return new DataSource({
    ...shared,
    type: 'better-sqlite3',
    database: options.file,
    driver: loadSqliteDriver(),
    prepareDatabase: (connection: SqliteConnection) => prepareWriter(connection, synchronous),
  });
}

/** Connects and brings the tables up to date. Throws DomainError `store.newer_schema` before it touches a newer database. */
export async function connectAndMigrate(dataSource: DataSource): Promise<void> {
  if (dataSource.options.type === 'postgres') {
    const { migratePostgres } = await import('./postgres-migrations.ts');
    return migratePostgres(dataSource);
  }
  try {
    if (!dataSource.isInitialized) await dataSource.initialize();
  } catch (error) {
    throw openFailure(error, String(dataSource.options.database));
  }
  const tables: unknown[] = await dataSource.query(`SELECT 1 FROM sqlite_master WHERE name = '${MIGRATIONS_TABLE}'`);
  if (tables.length > 0) await refuseNewerSchema(dataSource, String(dataSource.options.database));
  await dataSource.runMigrations({ transaction: 'each' });
}
