/** What somebody with the database in hands, and without the folder of heads, may try. Each leaves the triggers as if nothing had been. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteConnection } from '../../src/platform/database/sqlite-driver';
import { leafOf } from '../../src/platform/event-store/event-chain';
import { chainHash } from '../../src/platform/event-store/event-hash';
import type { ChainedEvent } from '../../src/platform/event-store/event-store.port';
import { CHAINED_COLUMNS } from '../../src/platform/event-store/event-columns';
import { openRaw } from '../stories/support/kept-store';
import { FILE, type KeptLog } from './kept-log';

/** Takes the triggers away, does what it wants, and puts them back. */
export function behindTheTriggers(folder: string, act: (connection: SqliteConnection) => void): void {
  const connection = openRaw(join(folder, FILE));
  connection.pragma('recursive_triggers = OFF');
  try {
    const triggers = connection.prepare<unknown[]>("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all() as readonly {
      readonly name: string;
      readonly sql: string;
    }[];
    for (const { name } of triggers) connection.exec(`DROP TRIGGER ${name}`);
    act(connection);
    for (const { sql } of triggers) connection.exec(sql);
  } finally {
    connection.close();
  }
}

export const sql =
  (...statements: readonly string[]) =>
  (folder: string): void =>
    behindTheTriggers(folder, (connection) => {
      for (const statement of statements) connection.exec(statement);
    });

/** Copies an event to another position, as an event of a new stream. */
export const insertCopy = (of: number, to: string): string => {
  const changed: Readonly<Record<string, string>> = { position: to, stream: "'order-forged'", version: '1', unique_key: 'NULL' };
  const values = CHAINED_COLUMNS.split(', ').map((column) => changed[column] ?? column);
  return `INSERT INTO events (${CHAINED_COLUMNS}) SELECT ${values.join(', ')} FROM events WHERE log = 1 AND position = ${of}`;
};

/** `events` from the one before `position` on, with that one changed and every hash computed anew. */
export function rechained(events: readonly ChainedEvent[], position: number): readonly ChainedEvent[] {
  const [before, ...rest] = events;
  let chain = before?.chain ?? '';
  return rest.map((event) => {
    const data = event.position === position ? event.data.replace(/\d/, '7') : event.data;
    const leaf = leafOf({ ...event, data });
    chain = chainHash(chain, event.position, leaf);
    return { ...event, data, leaf, chain };
  });
}

/** The chain holds again. */
export const rechainFrom =
  (position: number) =>
  (folder: string): void =>
    behindTheTriggers(folder, (connection) => {
      const events = connection
        .prepare<unknown[]>(`SELECT ${CHAINED_COLUMNS} FROM events WHERE log = 1 AND position >= ? ORDER BY position`)
        .all(position - 1) as ChainedEvent[];
      const write = connection.prepare<unknown[]>('UPDATE events SET data = ?, leaf = ?, chain = ? WHERE log = 1 AND position = ?');
      for (const event of rechained(events, position)) write.run(event.data, event.leaf, event.chain, event.position);
    });

/** Changes the byte at `offset`; a negative one counts from the end. */
export function flipBit(file: string, offset: number, bit = 0): void {
  const bytes = readFileSync(file);
  const at = offset < 0 ? bytes.length + offset : offset;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(file, bytes);
}

/** The database from before, and the heads from now. */
export function restoreOld(folder: string, { folder: home }: KeptLog): void {
  for (const suffix of ['', '-wal']) rmSync(join(folder, `${FILE}${suffix}`), { force: true });
  cpSync(join(home, 'old', FILE), join(folder, FILE));
}
