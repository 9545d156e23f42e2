/** Work that must not be lost, delivered at least once: whoever handles it makes the effect happen once. */
import type { Instant } from '../../kernel/clock';
import type { TenantScope } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';

/** READY waits for its time, LEASED is being handled, DEAD failed its tries and waits for an operator. Handled ones are gone. */
export type MessageStatus = 'READY' | 'LEASED' | 'DEAD';

export interface NewMessage {
  readonly tenantId: string;
  readonly queue: string;
  /** Names the work: a second message with the id of a waiting one is that message. */
  readonly id: string;
  /** JSON text, given back byte for byte. */
  readonly payload: string;
  /** Not handled before this instant; at once where it is missing. */
  readonly availableAt?: Instant;
}

/** A message on lease: nobody else gets it until the lease runs out. */
export interface LeasedMessage extends TenantScope {
  readonly queue: string;
  readonly id: string;
  readonly payload: string;
  /** Which delivery this is, from 1. */
  readonly attempts: number;
  readonly leaseToken: string;
}

export interface QueuedMessage extends TenantScope {
  readonly queue: string;
  readonly id: string;
  readonly payload: string;
  readonly status: MessageStatus;
  readonly attempts: number;
  readonly availableAt: Instant;
  readonly leaseUntil: Instant | null;
  readonly lastError: string | null;
  readonly createdAt: Instant;
}

export interface QueueFilter {
  /** Null for every tenant: only platform admins ask so. */
  readonly tenantId: string | null;
  readonly queue?: string;
  readonly status?: MessageStatus;
  readonly limit: number;
}

/** Messages are in their tenant's log. A lease holder's answers change nothing, and say `false`, once the lease has passed to another. */
export abstract class IntentQueue {
  /**
   * The row that enqueues within an append to the tenant's log, so that cause and work commit together; DuplicateKey where the
   * message waits already.
   */
  abstract enqueueWrite(log: number, message: NewMessage): RowWrite;
  /** Enqueues on its own; does nothing where the message is there already, whatever its status. */
  abstract enqueue(message: NewMessage): Promise<void>;
  /**
   * Leases up to `limit` messages that are due, or whose lease ran out: of each log the longest due first, and of every log
   * something where there is more than that.
   */
  abstract claim(queue: string, limit: number, leaseMs: number): Promise<readonly LeasedMessage[]>;
  /** Handled: the message is gone. */
  abstract ack(message: LeasedMessage): Promise<boolean>;
  /** Failed: due again after `delayMs`. */
  abstract retry(message: LeasedMessage, delayMs: number, error: string): Promise<boolean>;
  /** Failed for good: DEAD, for an operator to redrive or discard. */
  abstract bury(message: LeasedMessage, error: string): Promise<boolean>;
  /** Oldest first. */
  abstract list(filter: QueueFilter): Promise<readonly QueuedMessage[]>;
  /** A DEAD message is due now, with all its tries. Throws NotFoundError where there is no such message. */
  abstract redrive(tenantId: string, queue: string, id: string): Promise<void>;
  /** Drops a DEAD message. Throws NotFoundError where there is no such message. */
  abstract discard(tenantId: string, queue: string, id: string): Promise<void>;
  /** Gives back what this process holds; a delivery cut short does not count as a try. */
  abstract releaseHeld(): Promise<void>;
  /**
   * Makes every leased message due, where no other process can have the store open: what the predecessor held when it was killed
   * waits for no lease to run out. Does nothing where others may hold messages.
   */
  abstract reclaim(): Promise<void>;
}
