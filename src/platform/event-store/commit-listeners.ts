/** Whoever watches the log: told after each commit, in order; a listener that throws harms nobody else. */
import type { RecordedEvent } from './event-store.port';

export type CommitListener = (events: readonly RecordedEvent[]) => void;

export class CommitListeners {
  private readonly listeners = new Set<CommitListener>();

  constructor(private readonly onListenerError: (error: unknown) => void) {}

  get any(): boolean {
    return this.listeners.size > 0;
  }

  add(listener: CommitListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  tell(events: readonly RecordedEvent[]): void {
    if (events.length === 0) return;
    for (const listener of this.listeners) {
      try {
        listener(events);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}
