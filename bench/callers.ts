/** Callers of an event store, each waiting for its answer before it appends its next event. */
import type { EventStore } from '../src/platform/event-store/event-store.port';
import type { RowWrite } from '../src/platform/event-store/row-write';
import type { BenchEvent } from './sample';

export async function appendAll(
  store: EventStore,
  events: readonly BenchEvent[],
  callers: number,
  rowsOf: (event: BenchEvent) => readonly RowWrite[] = () => [],
): Promise<void> {
  const call = async (first: number): Promise<void> => {
    for (let index = first; index < events.length; index += callers) {
      const sample = events[index] as BenchEvent;
      const { tenantId, stream, version, event } = sample;
      await store.append({
        log: 1,
        tenantId,
        streams: [{ stream, expectedVersion: version - 1, events: [event] }],
        writes: rowsOf(sample),
      });
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, first) => call(first)));
}
