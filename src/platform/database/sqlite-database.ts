/** One SQLite file of one process: a writer and a reader connection, and a lock that the kernel frees when the process dies. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadSqliteDriver, type SqliteConnection } from './sqlite-driver';
import { lockedBy, openFailure, sqliteCode } from './sqlite-errors';

export interface SqliteOptions {
  readonly file: string;
  /** FULL: an acknowledged commit survives a power cut. OFF is for scratch stores that nobody misses. */
  readonly synchronous?: 'FULL' | 'OFF';
}

export interface SqliteDatabase {
  readonly file: string;
  readonly writer: SqliteConnection;
  /** Sees what is committed; refuses to write. */
  readonly reader: SqliteConnection;
  close(): void;
}

/** Only another process can free the file, and waiting for one blocks this process. */
const BUSY_TIMEOUT_MS = 1_000;

/**
 * Opens the file, and creates it with its folder where they are missing. Throws DomainError `store.locked`,
 * `store.unwritable`, `store.not_a_database` or `store.corrupt`; UnavailableError `store.driver_missing`.
 */
export function openSqlite({ file, synchronous = 'FULL' }: SqliteOptions): SqliteDatabase {
  const open: SqliteConnection[] = [];
  const closeAll = (): void => {
    while (open.length > 0) open.pop()?.close();
  };
  try {
    makeFolder(dirname(file));
    const lock = connect(`${file}.lock`, 0);
    open.push(lock);
    hold(lock, file);
    const writer = connect(file, BUSY_TIMEOUT_MS);
    open.push(writer);
    prepareWriter(writer, synchronous);
    const reader = connect(file, BUSY_TIMEOUT_MS);
    open.push(reader);
    reader.pragma('query_only = ON');
    return { file, writer, reader, close: closeAll };
  } catch (error) {
    closeAll();
    throw openFailure(error, file);
  }
}

/** Pragmas of every connection that may write; the triggers that keep the log append-only rely on the second. */
export function prepareWriter(connection: SqliteConnection, synchronous: 'FULL' | 'OFF'): void {
  connection.pragma('journal_mode = WAL');
  connection.pragma('recursive_triggers = ON');
  connection.pragma('foreign_keys = ON');
  connection.pragma(`synchronous = ${synchronous}`);
  connection.pragma('cache_size = -65536');
}

/** Level by level: Node 20 never returns from a recursive mkdir where the system refuses a name (`/proc/x`). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function connect(file: string, timeout: number): SqliteConnection {
  const Driver = loadSqliteDriver();
  return new Driver(file, { timeout });
}

/** A process file would outlive a kill and lie in a container; a file lock does neither. */
function hold(lock: SqliteConnection, file: string): void {
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    throw sqliteCode(error).startsWith('SQLITE_BUSY') ? lockedBy(file) : error;
  }
}
