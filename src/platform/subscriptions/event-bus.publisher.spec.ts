import { CommitListeners } from '../event-store/commit-listeners';
import type { EventStore, RecordedEvent } from '../event-store/event-store.port';
import { EventBusPublisher, EventsCommitted } from './event-bus.publisher';

const setUp = (publish: (message: unknown) => unknown) => {
  const listeners = new CommitListeners(() => {
    throw new Error('a watcher harmed the store');
  });
  const store = { onCommitted: (listener: (events: readonly RecordedEvent[]) => void) => listeners.add(listener) } as EventStore;
  const errors: unknown[] = [];
  const publisher = new EventBusPublisher(store, { publish }, (error) => errors.push(error));
  publisher.start();
  const events = [{ position: 1 }, { position: 2 }] as RecordedEvent[];
  return { errors, publisher, events, commit: () => listeners.tell(events) };
};

describe('live push', () => {
  it('gets one message per commit with all its events', () => {
    const seen: unknown[] = [];
    const { commit, events, publisher } = setUp((message) => seen.push(message));
    commit();
    expect(seen).toEqual([new EventsCommitted(events)]);
    publisher.stop();
    commit();
    expect(seen).toHaveLength(1);
  });

  it('never harms an append when a watcher fails', async () => {
    const thrown = setUp(() => {
      throw new Error('at once');
    });
    thrown.commit();
    expect(thrown.errors).toEqual([new Error('at once')]);
    const rejected = setUp(() => Promise.reject(new Error('later')));
    rejected.commit();
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejected.errors).toEqual([new Error('later')]);
  });
});
