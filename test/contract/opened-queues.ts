/** The queues under contract, each on nothing. */
import type { EventStore } from '../../src/platform/event-store/event-store.port';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import { START } from '../../src/platform/projections/scratch-store.spec-support';
import { DatabaseQueue } from '../../src/platform/queue/database-queue.adapter';
import type { IntentQueue } from '../../src/platform/queue/queue.port';
import { LogsByName } from '../../src/platform/queue/scratch-queue.spec-support';
import { VirtualClock } from '../../src/platform/time/virtual-clock';
import { createTestDatabase } from '../support/postgres-databases';

export interface QueueUnderTest {
  readonly queue: IntentQueue;
  readonly store: EventStore;
  readonly clock: VirtualClock;
  /** The same queue as another process sees it. */
  other(): IntentQueue;
  close(): Promise<void>;
}

export async function openPostgresQueue(): Promise<QueueUnderTest> {
  const database = await createTestDatabase();
  const clock = new VirtualClock(START);
  const onListenerError = (error: unknown): void => {
    throw error;
  };
  const opened = await openEventStore({ kind: 'postgres', url: database.url, name: database.name, clock, onListenerError });
  let processes = 0;
  const logs = new LogsByName();
  const other = (): IntentQueue => new DatabaseQueue(opened.sql, clock, logs, `process-${++processes}`);
  const close = async (): Promise<void> => {
    await opened.close();
    await database.drop();
  };
  return { queue: other(), other, store: opened.store, clock, close };
}
