/** The stores under contract, each opened on nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '../../src/platform/event-store/event-store.port';
import { MemoryEventStore } from '../../src/platform/event-store/memory-event-store';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import type { OpenedPostgres, OpenedSqlite, OpenPostgresOptions, OpenSqliteOptions } from '../../src/platform/event-store/opened-store';
import type { Row } from '../../src/platform/event-store/row-write';
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';
import { SettableClock } from './sample-event';

export interface StoreUnderTest {
  readonly store: EventStore;
  readonly clock: SettableClock;
  /** What listeners threw. */
  readonly listenerErrors: readonly unknown[];
  rows(tableName: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function openMemory(): Promise<StoreUnderTest> {
  const clock = new SettableClock();
  const listenerErrors: unknown[] = [];
  const store = new MemoryEventStore(clock, { onListenerError: (error) => listenerErrors.push(error) });
  return { store, clock, listenerErrors, rows: async (name) => store.rows(name), close: () => store.close() };
}

export interface SqliteUnderTest extends StoreUnderTest {
  readonly folder: string;
  readonly file: string;
  readonly opened: OpenedSqlite;
  /** Closes and opens again on the same file. */
  reopen(options?: Partial<OpenSqliteOptions>): Promise<SqliteUnderTest>;
}

/** A real file in a folder of its own, which goes when the store closes. */
export async function openSqliteFile(options: Partial<OpenSqliteOptions> = {}): Promise<SqliteUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-store-'));
  return openIn(folder, new SettableClock(), options);
}

async function openIn(folder: string, clock: SettableClock, options: Partial<OpenSqliteOptions>): Promise<SqliteUnderTest> {
  const file = join(folder, 'vb.db');
  const listenerErrors: unknown[] = [];
  const opened = await openEventStore({
    file,
    clock,
    synchronous: 'OFF',
    onListenerError: (error) => listenerErrors.push(error),
    ...options,
  });
  return {
    folder,
    file,
    opened,
    clock,
    listenerErrors,
    store: opened.store,
    rows: (name) => opened.sql.read(`SELECT * FROM ${name}`),
    reopen: async (changed = {}) => {
      await opened.close();
      return openIn(folder, clock, { ...options, ...changed });
    },
    close: async () => {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface PostgresUnderTest extends StoreUnderTest {
  readonly opened: OpenedPostgres;
  readonly url: string;
  /** The same database as another process opens it. */
  another(): Promise<PostgresUnderTest>;
}

/** A database of its own on a real server, which is dropped when the store closes. */
export async function openPostgres(options: Partial<OpenPostgresOptions> = {}): Promise<PostgresUnderTest> {
  const database = await createTestDatabase();
  return openOn(database, new SettableClock(), options, () => database.drop());
}

async function openOn(
  { url, name }: Pick<TestDatabase, 'url' | 'name'>,
  clock: SettableClock,
  options: Partial<OpenPostgresOptions>,
  afterwards: () => Promise<void>,
): Promise<PostgresUnderTest> {
  const listenerErrors: unknown[] = [];
  const onListenerError = (error: unknown): void => void listenerErrors.push(error);
  const opened = await openEventStore({ kind: 'postgres', url, name, clock, onListenerError, ...options });
  return {
    opened,
    url,
    clock,
    listenerErrors,
    store: opened.store,
    rows: (table) => opened.sql.read(`SELECT * FROM ${table}`),
    another: () => openOn({ url, name }, new SettableClock(), options, () => Promise.resolve()),
    close: async () => {
      await opened.close();
      await afterwards();
    },
  };
}
