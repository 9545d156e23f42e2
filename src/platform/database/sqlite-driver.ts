/** Picks the SQLite driver that runs on this Node: version 12 up to Node 22, its Node-API successor from there on. */
import type BetterSqlite3 from 'better-sqlite3';
import { messageOf, UnavailableError } from '../../kernel/errors';

export type SqliteDriver = typeof BetterSqlite3;
export type SqliteConnection = BetterSqlite3.Database;
export type SqliteStatement = BetterSqlite3.Statement<unknown[]>;

/** Version 13 needs Node-API 10: it crashes on older ones, and 12 built from source aborts on newer ones. */
const NODE_API_OF_SUCCESSOR = 10;

export const driverPackage = (nodeApi: string | undefined): string =>
  Number(nodeApi ?? 0) >= NODE_API_OF_SUCCESSOR ? 'better-sqlite3-napi' : 'better-sqlite3';

/** Throws UnavailableError `store.driver_missing` where the package is not installed or does not load. */
export function loadSqliteDriver(load: (name: string) => unknown = require): SqliteDriver {
  const name = driverPackage(process.versions.napi);
  try {
    return load(name) as SqliteDriver;
  } catch (error) {
    throw new UnavailableError(
      'store.driver_missing',
      `The SQLite driver ${name} does not load on Node ${process.version}; run "npm install --include=optional" and start again`,
      { driver: name, cause: messageOf(error) },
    );
  }
}
