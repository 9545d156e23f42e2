/** Group commit for a database over the network: while one flush is under way, the calls that come gather for the next. */
import { UnavailableError } from '../../kernel/errors';
import type { Defer } from './defer';
import type { AppendCall, AppendResult, RecordedEvent } from './event-store.port';
import type { QueuedCall } from './group-commit';

/** On return each call of the group has a durable position or an error. Gives what was committed. */
export type CommitGroupLater = (group: readonly QueuedCall[]) => Promise<readonly RecordedEvent[]>;

const closedError = (): UnavailableError =>
  new UnavailableError('store.closed', 'The event store is shutting down; nothing was written: try again after the restart');

const LARGEST_GROUP = 1_024;

export class AsyncGroupCommit {
  private queue: QueuedCall[] = [];
  private running: Promise<void> | null = null;
  private closed = false;

  constructor(
    private readonly commit: CommitGroupLater,
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
      this.start();
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
      this.start();
    });
  }

  /** Refuses what comes later and waits for what has come. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.running) await this.running;
  }

  private start(): void {
    this.running ??= this.run();
  }

  /** A turn of the event loop before each flush: who was just answered may be in it. */
  private async run(): Promise<void> {
    await this.nextTurn();
    while (this.queue.length > 0) {
      const group = this.queue.length > LARGEST_GROUP ? this.queue.splice(0, LARGEST_GROUP) : this.queue;
      if (group === this.queue) this.queue = [];
      await this.flush(group);
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
