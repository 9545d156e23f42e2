/** Group commit: calls made in one turn of the event loop share one transaction, and with it one fsync. */
import { CallQueue, type QueuedCall } from './call-queue';
import type { Defer } from './defer';
import type { RecordedEvent } from './event-store.port';

/** On return each call of the group has a durable position or an error. Synchronous, so nothing comes between. Gives what was committed. */
export type CommitGroup = (group: readonly QueuedCall[]) => readonly RecordedEvent[];

export class GroupCommit {
  readonly calls = new CallQueue(() => this.schedule());
  private scheduled = false;

  constructor(
    private readonly commit: CommitGroup,
    private readonly tell: (events: readonly RecordedEvent[]) => void,
    private readonly defer: Defer,
  ) {}

  /** Refuses what comes later and commits what has come. */
  close(): void {
    this.calls.close();
    while (this.calls.length > 0) this.flush();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.defer(this.onTurn);
  }

  private readonly onTurn = (): void => {
    this.scheduled = false;
    if (this.calls.length > 0) this.flush();
    if (this.calls.length > 0) this.schedule();
  };

  private flush(): void {
    this.tell(this.settle(this.calls.nextGroup()));
  }

  private settle(group: readonly QueuedCall[]): readonly RecordedEvent[] {
    let committed: readonly RecordedEvent[] = [];
    try {
      committed = this.commit(group);
    } catch (error) {
      for (const entry of group) entry.error ??= error;
    }
    for (const entry of group) entry.onSettled(entry);
    return committed;
  }
}
