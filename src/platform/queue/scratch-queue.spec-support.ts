/** A queue on a scratch database, and messages for it. */
import { TenantLogs } from '../event-store/tenant-logs';
import { openScratchStore, type ScratchStore } from '../projections/scratch-store.spec-support';
import { DatabaseQueue } from './database-queue.adapter';
import type { IntentQueue, NewMessage } from './queue.port';

export interface ScratchQueue extends ScratchStore {
  readonly queue: IntentQueue;
  /** The same queue as another process sees it. */
  other(): IntentQueue;
}

/** Tenants named `<name>@<log>` are in that log, all others in the first. */
export class LogsByName extends TenantLogs {
  async of(tenantId: string): Promise<number> {
    return Number(tenantId.split('@')[1] ?? 1);
  }

  async all(): Promise<readonly number[]> {
    return [1, 2, 3];
  }
}

export async function openScratchQueue(): Promise<ScratchQueue> {
  const scratch = await openScratchStore();
  let processes = 0;
  const { sql, clock } = scratch;
  const logs = new LogsByName();
  const other = (): IntentQueue => new DatabaseQueue(sql, clock, logs, `process-${++processes}`);
  return { ...scratch, queue: other(), other };
}

export const intent = (id: string, more: Partial<NewMessage> = {}): NewMessage => ({
  tenantId: 'demo',
  queue: 'orders',
  id,
  payload: `{"order_id":"${id}"}`,
  ...more,
});
