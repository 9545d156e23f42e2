/** Group commit: calls made in one turn of the event loop share one transaction, and with it one fsync. */
import { UnavailableError } from '../../kernel/errors';
import type { Defer } from './defer';
import type { AppendCall, AppendResult, RecordedEvent } from './event-store.port';

/** A call and what became of it: `position`, or `error`. */
export interface QueuedCall {
  readonly call: AppendCall;
  readonly onSettled: (entry: QueuedCall) => void;
  position: number;
  error: unknown;
}

/** On return each call of the group has a durable position or an error. Synchronous, so nothing comes between. Gives what was committed. */
export type CommitGroup = (group: readonly QueuedCall[]) => readonly RecordedEvent[];

const closedError = (): UnavailableError =>
  new UnavailableError('store.closed', 'The event store is shutting down; nothing was written: try again after the restart');

/** Beyond this the next group begins, so that reads get their turn. */
const LARGEST_GROUP = 1_024;

export class GroupCommit {
  private queue: QueuedCall[] = [];
  private scheduled = false;
  private closed = false;

  constructor(
    private readonly commit: CommitGroup,
    private readonly tell: (events: readonly RecordedEvent[]) => void,
    private readonly defer: Defer,
  ) {}

  submit(call: AppendCall): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(closedError());
        return;
      }
      const onSettled = ({ position, error }: QueuedCall): void => {
        if (error === undefined) resolve({ position });
        else reject(error as Error);
      };
      this.queue.push({ call, onSettled, position: 0, error: undefined });
      this.schedule();
    });
  }

  /** The fates of many calls behind one promise: null for a call that is durable, else its error. */
  submitEach(calls: readonly AppendCall[]): Promise<readonly unknown[]> {
    if (this.closed) return Promise.resolve(calls.map(() => closedError()));
    if (calls.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      let open = calls.length;
      const onSettled = (): void => {
        open -= 1;
        if (open === 0) resolve(entries.map(({ error }) => error ?? null));
      };
      const entries = calls.map((call): QueuedCall => ({ call, onSettled, position: 0, error: undefined }));
      for (const entry of entries) this.queue.push(entry);
      this.schedule();
    });
  }

  /** Refuses what comes later and commits what has come. */
  close(): void {
    this.closed = true;
    while (this.queue.length > 0) this.flush();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.defer(this.onTurn);
  }

  private readonly onTurn = (): void => {
    this.scheduled = false;
    if (this.queue.length > LARGEST_GROUP) this.schedule();
    this.flush();
  };

  private flush(): void {
    if (this.queue.length === 0) return;
    const group = this.queue.length > LARGEST_GROUP ? this.queue.splice(0, LARGEST_GROUP) : this.queue;
    if (group === this.queue) this.queue = [];
    this.tell(this.settle(group));
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
