/** What a reader of the log says about itself, and what is known of it. */
import type { Clock, Instant } from '../../kernel/clock';
import type { Sql } from '../database/sql';
import type { Defer } from '../event-store/defer';
import type { EventStore, RecordedEvent } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';
import type { Timer } from '../time/timer.port';
import type { ParkedStream } from './parked-streams';

export interface SubscriptionDefinition {
  /** Names the checkpoints: a new name starts at the first event of every log. */
  readonly name: string;
  /**
   * How many parts a log's streams are spread over: each part is read in order, by one process at a time. Fixed for a log when it
   * is first read; 8 where it is missing. With 1 the whole log is in order.
   */
  readonly partitions?: number;
  handles(type: string): boolean;
  /**
   * The handled events of one page and partition, in log order. The rows it gives back commit with the checkpoint, once; what it does
   * otherwise may happen again. Where what it needs is away it throws UnavailableError, and the page comes again until that is back.
   * Any other error is taken for the event's own: after some tries its stream is parked and the others go on.
   */
  handle(events: readonly RecordedEvent[]): Promise<readonly RowWrite[] | void>;
  /** The rows are durable: whoever waits for them can be woken. */
  committed?(): void;
}

export interface SubscriptionParts {
  readonly store: EventStore;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Names this process among those that share the store; no two may have the same. */
  readonly holder: string;
  /** Whether other processes may have the store open: then partitions are shared with them under leases that run out. */
  readonly isShared: boolean;
  /** How long a partition is held without a sign of life: what a crash costs at most. */
  readonly leaseMs?: number;
  /** How often the log is looked at where nobody says that it grew. */
  readonly pollMs?: number;
  /** How often an event that fails is tried before its stream is parked. */
  readonly maxTries?: number;
  /** Lets others have their turn between the pages of a long history; the event loop's next turn where it is missing. */
  readonly defer?: Defer;
  /** Throws for an event that must not be passed over unread: the partition stands still there until this process can read it. */
  readonly check?: (event: RecordedEvent) => void;
  readonly onError: (subscription: string, error: unknown) => void;
  readonly onParked?: (stream: ParkedStream) => void;
}

/** One partition of one log, as its row tells, and as its reader tells where it is read by this process. */
export interface SubscriptionStatus {
  readonly name: string;
  readonly log: number;
  readonly partition: number;
  /** Everything up to here is handled, or kept back in a parked stream. */
  readonly position: number;
  /** Events of the log that it has not seen yet. */
  readonly lag: number;
  /** The process that reads it; null where none does. */
  readonly holder: string | null;
  readonly leaseUntil: Instant | null;
  readonly isHeldHere: boolean;
  /** Failures since it last got on; 0 where another process reads it. */
  readonly failures: number;
  readonly lastError: string | null;
}
