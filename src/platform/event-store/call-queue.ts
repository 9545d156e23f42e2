/** Calls that wait to be committed, in the order in which they came, and the answers of those who made them. */
import { UnavailableError } from '../../kernel/errors';
import type { AppendCall, AppendResult } from './event-store.port';

/** A call and what became of it: `position`, or `error`. */
export interface QueuedCall {
  readonly call: AppendCall;
  readonly onSettled: (entry: QueuedCall) => void;
  position: number;
  error: unknown;
}

const closedError = (): UnavailableError =>
  new UnavailableError('store.closed', 'The event store is shutting down; nothing was written: try again after the restart');

/** Beyond this the next group begins, so that reads get their turn. */
const LARGEST_GROUP = 1_024;

export class CallQueue {
  private waiting: QueuedCall[] = [];
  private closed = false;

  /** `onCall` hears of each call that waits from now on. */
  constructor(private readonly onCall: () => void) {}

  get length(): number {
    return this.waiting.length;
  }

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
      this.waiting.push({ call, onSettled, position: 0, error: undefined });
      this.onCall();
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
      for (const entry of entries) this.waiting.push(entry);
      this.onCall();
    });
  }

  /** The calls that came first, none where nothing waits. */
  nextGroup(): readonly QueuedCall[] {
    if (this.waiting.length > LARGEST_GROUP) return this.waiting.splice(0, LARGEST_GROUP);
    const group = this.waiting;
    this.waiting = [];
    return group;
  }

  /** Refuses what comes later; what waits stays. */
  close(): void {
    this.closed = true;
  }
}
