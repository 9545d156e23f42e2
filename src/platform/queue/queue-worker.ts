/** Handles one queue's messages: several at once, none twice at a time, the failing ones again later, the hopeless ones buried. */
import { DomainError, messageOf, UnavailableError } from '../../kernel/errors';
import { backoffMs } from '../scheduling/backoff';
import type { Timer } from '../time/timer.port';
import type { IntentQueue, LeasedMessage } from './queue.port';

export interface QueueFailure {
  /** Null where the queue itself could not be read. */
  readonly message: LeasedMessage | null;
  readonly error: unknown;
  /** The message went to the dead letters; otherwise it comes again. */
  readonly isBuried: boolean;
}

export interface QueueWorkerOptions {
  readonly queue: string;
  /** May see a message again after it succeeded: the effect must happen once all the same. */
  readonly handle: (message: LeasedMessage) => Promise<void>;
  /** Messages of one key are handled one after the other; each message has its own key where this is missing. */
  readonly keyOf?: (message: LeasedMessage) => string;
  readonly onFailure: (failure: QueueFailure) => void;
  readonly concurrency?: number;
  readonly maxAttempts?: number;
  readonly leaseMs?: number;
}

const POLL_MS = 1_000;
const DEFAULT_CONCURRENCY = 16;
const DEFAULT_MAX_ATTEMPTS = 5;
const DEFAULT_LEASE_MS = 60_000;
/** How long a shutdown waits for handlers; what they hold then goes back to the queue. */
const GRACE_MS = 8_000;

export class QueueWorker {
  private readonly inFlight = new Map<string, LeasedMessage>();
  /** The last handling of each key, so that the next of the same key waits for it. */
  private readonly tails = new Map<string, Promise<void>>();
  private pumping: Promise<void> | null = null;
  private stopPolling: (() => void) | null = null;
  private stopping = false;
  private isNudged = false;
  /** The database was away while we claimed or answered: the queue may believe that we hold more than is in flight. */
  private isDoubtful = false;
  private nudge = (): void => undefined;
  private readonly concurrency: number;
  private readonly maxAttempts: number;
  private readonly leaseMs: number;

  constructor(
    private readonly queue: IntentQueue,
    private readonly timer: Timer,
    private readonly options: QueueWorkerOptions,
  ) {
    this.concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
    this.maxAttempts = options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
    this.leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  }

  /** Handles what is due and from then on what comes: at once when woken, within a second otherwise. */
  start(): void {
    this.stopping = false;
    this.stopPolling ??= this.timer.every(POLL_MS, () => this.wake());
    this.wake();
  }

  /** Something may be due. */
  wake(): void {
    if (this.stopping || !this.stopPolling) return;
    this.signal();
    if (this.pumping) return; // whoever began it is told of its failure
    this.pumped().catch((error: unknown) => this.options.onFailure({ message: null, error, isBuried: false }));
  }

  /** Handles everything that is due, also what that makes due at once; what failed and waits for its next try is left. */
  async drain(): Promise<void> {
    if (!this.stopping) await this.pumped();
  }

  /** Claims nothing more, finishes what is being handled and gives the rest back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.stopPolling?.();
    this.stopPolling = null;
    this.signal();
    if (this.pumping) await this.withinGrace(this.pumping);
    await this.queue.releaseHeld();
  }

  private pumped(): Promise<void> {
    this.signal();
    this.pumping ??= this.pump();
    return this.pumping;
  }

  private async pump(): Promise<void> {
    try {
      await this.handleDue();
    } catch (error) {
      this.isDoubtful ||= error instanceof UnavailableError;
      await Promise.all(this.tails.values());
      this.pumping = null;
      throw error;
    }
  }

  private async handleDue(): Promise<void> {
    while (!this.stopping) {
      this.isNudged = false;
      if (this.isDoubtful && this.inFlight.size === 0) await this.giveBack();
      const free = this.isDoubtful ? 0 : this.concurrency - this.inFlight.size;
      const messages = free > 0 ? await this.queue.claim(this.options.queue, free, this.leaseMs) : [];
      for (const message of messages) this.begin(message);
      if (messages.length > 0) continue;
      if (this.inFlight.size === 0 && !this.isNudged) break;
      await this.nudged();
    }
    if (this.stopping) await Promise.all(this.tails.values());
    this.pumping = null; // in the same turn as the last look, so that no wake-up falls between
  }

  /** What nobody here works on would else wait until its lease runs out. */
  private async giveBack(): Promise<void> {
    await this.queue.releaseHeld();
    this.isDoubtful = false;
  }

  private begin(message: LeasedMessage): void {
    const id = `${message.tenantId}\u001f${message.id}`;
    const known = this.inFlight.has(id);
    this.inFlight.set(id, message);
    if (known) return; // its lease ran out while it is being handled here: it goes on under the new one
    const key = this.options.keyOf?.(message) ?? id;
    const done = (this.tails.get(key) ?? Promise.resolve())
      .then(() => this.process(id))
      .catch((error: unknown) => {
        this.isDoubtful ||= error instanceof UnavailableError;
        this.options.onFailure({ message, error, isBuried: false });
      })
      .finally(() => {
        this.inFlight.delete(id);
        if (this.tails.get(key) === done) this.tails.delete(key);
        this.signal();
      });
    this.tails.set(key, done);
  }

  private async process(id: string): Promise<void> {
    const message = this.current(id);
    if (this.stopping) return; // not begun: stop gives it back
    if (message.attempts > this.maxAttempts) {
      await this.bury(id, new Error(`its lease ran out ${this.maxAttempts} times: the process died of it or was too slow`));
      return;
    }
    try {
      await this.options.handle(message);
    } catch (error) {
      await this.fail(id, error);
      return;
    }
    await this.queue.ack(this.current(id));
  }

  private async fail(id: string, error: unknown): Promise<void> {
    const message = this.current(id);
    if (isPoison(error) || message.attempts >= this.maxAttempts) {
      await this.bury(id, error);
      return;
    }
    this.options.onFailure({ message, error, isBuried: false });
    await this.queue.retry(message, backoffMs(message.attempts), messageOf(error));
  }

  private async bury(id: string, error: unknown): Promise<void> {
    const message = this.current(id);
    this.options.onFailure({ message, error, isBuried: true });
    await this.queue.bury(message, messageOf(error));
  }

  /** The message with the lease it has now. */
  private current(id: string): LeasedMessage {
    const message = this.inFlight.get(id);
    if (!message) throw new Error('a message is answered after it was done with');
    return message;
  }

  private signal(): void {
    this.isNudged = true;
    this.nudge();
  }

  private nudged(): Promise<void> {
    if (this.isNudged) return Promise.resolve();
    return new Promise((resolve) => {
      this.nudge = resolve;
    });
  }

  private withinGrace(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.timer.after(GRACE_MS, resolve);
      const ended = (): void => {
        cancel();
        resolve();
      };
      work.then(ended, ended); // whoever began the work is told of its failure
    });
  }
}

/** A rule that says no will say no again. */
const isPoison = (error: unknown): boolean => error instanceof DomainError && (error.kind === 'rule' || error.kind === 'input');
