/** Opens one database with everything on it: migrations, single statements, event store; a SQLite file is locked first. */
import { connectAndMigrate, createDataSource } from '../database/data-source';
import { openSqlite } from '../database/sqlite-database';
import { openFailure } from '../database/sqlite-errors';
import { SqliteSql } from '../database/sqlite-sql';
import { deferToNextTurn } from './defer.adapter';
import { NoWitness } from './head-witness';
import type { OpenedPostgres, OpenedSqlite, OpenedStore, OpenPostgresOptions, OpenSqliteOptions } from './opened-store';
import { inOrder, orRelease } from './orderly-opening';
import { RandomSalts } from './salts.adapter';
import { SqliteEventStore } from './sqlite-event-store';
import { SqliteStorageCheck } from './sqlite-storage-check';

/** Throws DomainError `store.…` with a sentence for whoever starts the process; then everything is closed again. */
export function openEventStore(options: OpenSqliteOptions): Promise<OpenedSqlite>;
export function openEventStore(options: OpenPostgresOptions): Promise<OpenedPostgres>;
export function openEventStore(options: OpenSqliteOptions | OpenPostgresOptions): Promise<OpenedStore>;
export async function openEventStore(options: OpenSqliteOptions | OpenPostgresOptions): Promise<OpenedStore> {
  if (options.kind !== 'postgres') return openSqliteStore(options);
  const { openPostgresStore } = await import('./open-postgres-store.ts');
  return openPostgresStore(options);
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
