/** A store on a scratch file, or in a database of its own, with a clock that tests move. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres-databases';
import { openEventStore } from '../event-store/open-event-store';
import type { OpenedSqlite, OpenedStore } from '../event-store/opened-store';
import { VirtualClock, VirtualTimer } from '../time/virtual-clock';

export const START = '2026-11-20T14:35:00.000Z';

export interface ScratchStore extends Pick<OpenedSqlite, 'database' | 'sql' | 'store'> {
  readonly opened: OpenedSqlite;
  readonly clock: VirtualClock;
  readonly timer: VirtualTimer;
  /** Closes the file and deletes it. */
  close(): Promise<void>;
}

export async function openScratchStore(): Promise<ScratchStore> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-scratch-'));
  const clock = new VirtualClock(START);
  const onListenerError = (error: unknown): void => {
    throw error;
  };
  const opened = await openEventStore({ file: join(folder, 'vb.db'), clock, synchronous: 'OFF', onListenerError });
  return {
    opened,
    database: opened.database,
    sql: opened.sql,
    store: opened.store,
    clock,
    timer: new VirtualTimer(clock),
    close: async () => {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface ScratchDatabase extends Pick<ScratchStore, 'sql' | 'store' | 'clock' | 'close'> {
  readonly opened: OpenedStore;
}

/** The same on PostgreSQL; `beside`: the database of another, as a second process has it. */
export async function openScratchPostgres(beside?: ScratchDatabase): Promise<ScratchDatabase> {
  const database = beside ? databaseOf(beside) : await createTestDatabase();
  const clock = new VirtualClock(START);
  const onListenerError = (error: unknown): void => {
    throw error;
  };
  const opened = await openEventStore({ kind: 'postgres', url: database.url, name: database.name, clock, onListenerError });
  return {
    opened,
    sql: opened.sql,
    store: opened.store,
    clock,
    close: async () => {
      await opened.close();
      await database.drop();
    },
  };
}

function databaseOf({ opened }: ScratchDatabase): Pick<TestDatabase, 'url' | 'name' | 'drop'> {
  if (opened.kind !== 'postgres') throw new Error('a SQLite file has one process');
  const { url, name } = opened.database;
  return { url, name, drop: () => Promise.resolve() };
}

/** Lets everything that is ready happen: promises, and what waits for the next turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}
