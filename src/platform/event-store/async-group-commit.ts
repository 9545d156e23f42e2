/** Group commit for a database over the network: while one flush is under way, the calls that come gather for the next. */
import { CallQueue, type QueuedCall } from './call-queue';
import type { Defer } from './defer';
import type { RecordedEvent } from './event-store.port';

/** On return each call of the group has a durable position or an error. Gives what was committed. */
export type CommitGroupLater = (group: readonly QueuedCall[]) => Promise<readonly RecordedEvent[]>;

export class AsyncGroupCommit {
  readonly calls = new CallQueue(() => this.start());
  private running: Promise<void> | null = null;

  constructor(
    private readonly commit: CommitGroupLater,
    private readonly tell: (events: readonly RecordedEvent[]) => void,
    private readonly defer: Defer,
  ) {}

  /** Refuses what comes later and waits for what has come. */
  async close(): Promise<void> {
    this.calls.close();
    while (this.running) await this.running;
  }

  private start(): void {
    this.running ??= this.run();
  }

  /** A turn of the event loop before each flush: who was just answered may be in it. */
  private async run(): Promise<void> {
    await this.nextTurn();
    while (this.calls.length > 0) {
      await this.flush(this.calls.nextGroup());
      await this.nextTurn();
    }
    this.running = null;
  }

  private async flush(group: readonly QueuedCall[]): Promise<void> {
    let committed: readonly RecordedEvent[] = [];
    try {
      committed = await this.commit(group);
    } catch (error) {
      for (const entry of group) entry.error ??= error;
    }
    this.tell(committed);
    for (const entry of group) entry.onSettled(entry);
  }

  private nextTurn(): Promise<void> {
    return new Promise((resolve) => this.defer(resolve));
  }
}
