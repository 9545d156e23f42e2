/** A queue on a scratch database, and messages for it. */
import { CountingIds } from '../../kernel/ids';
import { openScratchStore, type ScratchStore } from '../projections/scratch-store.spec-support';
import { DatabaseQueue } from './database-queue.adapter';
import type { IntentQueue, NewMessage } from './queue.port';

export interface ScratchQueue extends ScratchStore {
  readonly queue: IntentQueue;
  /** The same queue as another process sees it. */
  other(): IntentQueue;
}

export async function openScratchQueue(): Promise<ScratchQueue> {
  const scratch = await openScratchStore();
  let processes = 0;
  const other = (): IntentQueue => new DatabaseQueue(scratch.sql, scratch.clock, new CountingIds(`process-${++processes}`));
  return { ...scratch, queue: other(), other };
}

export const intent = (id: string, more: Partial<NewMessage> = {}): NewMessage => ({
  tenantId: 'demo',
  queue: 'orders',
  id,
  payload: `{"order_id":"${id}"}`,
  ...more,
});
