/** The store on PostgreSQL: a file of its own, since on SQLite nobody needs the driver. */
import { connectAndMigrate, createDataSource } from '../database/data-source';
import { PgDatabase } from '../database/postgres-database';
import { PgSql } from '../database/postgres-sql';
import { SystemTimer } from '../time/system-timer.adapter';
import { deferToNextTurn } from './defer.adapter';
import { NoWitness } from './head-witness';
import type { OpenedPostgres, OpenPostgresOptions } from './opened-store';
import { inOrder, orRelease } from './orderly-opening';
import { PgEventStore } from './postgres-event-store';
import { PgStorageCheck } from './postgres-storage-check';
import { RandomSalts } from './salts.adapter';

export async function openPostgresStore(options: OpenPostgresOptions): Promise<OpenedPostgres> {
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
