/** A queue on a scratch database with a clock that tests move. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CountingIds } from '../../kernel/ids';
import { openEventStore, type OpenedStore } from '../event-store/open-event-store';
import { VirtualClock, VirtualTimer } from '../time/virtual-clock';
import { DatabaseQueue } from './database-queue.adapter';
import type { IntentQueue, NewMessage } from './queue.port';

export interface ScratchQueue {
  readonly opened: OpenedStore;
  readonly clock: VirtualClock;
  readonly timer: VirtualTimer;
  readonly queue: IntentQueue;
  /** The same queue as another process sees it. */
  other(): IntentQueue;
  close(): Promise<void>;
}

export const START = '2026-11-20T14:35:00.000Z';

export async function openScratchQueue(): Promise<ScratchQueue> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-queue-'));
  const clock = new VirtualClock(START);
  const onListenerError = (error: unknown): void => {
    throw error;
  };
  const opened = await openEventStore({ file: join(folder, 'vb.db'), clock, synchronous: 'OFF', onListenerError });
  let processes = 0;
  const other = (): IntentQueue => new DatabaseQueue(opened.sql, clock, new CountingIds(`process-${++processes}`));
  return {
    opened,
    clock,
    timer: new VirtualTimer(clock),
    queue: other(),
    other,
    close: async () => {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const intent = (id: string, more: Partial<NewMessage> = {}): NewMessage => ({
  tenantId: 'demo',
  queue: 'orders',
  id,
  payload: `{"order_id":"${id}"}`,
  ...more,
});
