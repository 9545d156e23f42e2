/** A store on a scratch file with a clock that tests move. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedSqlite, openEventStore } from '../event-store/open-event-store';
import { VirtualClock, VirtualTimer } from '../time/virtual-clock';

export const START = '2026-11-20T14:35:00.000Z';

export interface ScratchStore extends Pick<OpenedSqlite, 'database' | 'sql' | 'store'> {
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

/** Lets everything that is ready happen: promises, and what waits for the next turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}
