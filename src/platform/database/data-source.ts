/** TypeORM over the same file, on a connection of its own: migrations and read models, never the log's appends. */
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from '../../../migrations/all';
import { DomainError } from '../../kernel/errors';
import { loadSqliteDriver, type SqliteConnection } from './sqlite-driver';
import { prepareWriter } from './sqlite-database';
import { openFailure } from './sqlite-errors';

export interface SqliteDataSourceOptions {
  readonly file: string;
  readonly synchronous?: 'FULL' | 'OFF';
  /** Read models: classes with decorators, or schemas. */
  readonly entities?: DataSourceOptions['entities'];
}

const MIGRATIONS_TABLE = 'schema_migrations';

export function createDataSource({ file, synchronous = 'FULL', entities = [] }: SqliteDataSourceOptions): DataSource {
  return new DataSource({
    type: 'better-sqlite3',
    database: file,
    driver: loadSqliteDriver(),
    entities,
    migrations: [...migrations],
    migrationsTableName: MIGRATIONS_TABLE,
    prepareDatabase: (connection: SqliteConnection) => prepareWriter(connection, synchronous),
  });
}

/** Connects and brings the tables up to date. Throws DomainError `store.newer_schema` before it touches a newer file. */
export async function connectAndMigrate(dataSource: DataSource): Promise<void> {
  try {
    if (!dataSource.isInitialized) await dataSource.initialize();
  } catch (error) {
    throw openFailure(error, String(dataSource.options.database));
  }
  await refuseNewerSchema(dataSource);
  await dataSource.runMigrations({ transaction: 'each' });
}

async function refuseNewerSchema(dataSource: DataSource): Promise<void> {
  const tables: unknown[] = await dataSource.query(`SELECT 1 FROM sqlite_master WHERE name = '${MIGRATIONS_TABLE}'`);
  if (tables.length === 0) return;
  const applied: { readonly name: string }[] = await dataSource.query(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
  const known = new Set(dataSource.migrations.map(({ name }) => name));
  const newer = applied.find(({ name }) => !known.has(name));
  if (newer) {
    throw new DomainError(
      'store.newer_schema',
      `${String(dataSource.options.database)} was written by a newer version (${newer.name}); start that version or restore a backup`,
      { migration: newer.name },
    );
  }
}
