/** The event store's contract: atomic appends to several streams, gapless commit-ordered positions, exact bytes back. */
import type { Instant } from '../../kernel/clock';
import type { RowWrite } from './row-write';

/** The log of the reserved tenant `system`; other tenants are spread over this and any number of others. */
export const SYSTEM_LOG = 1;

/** Whose events, and the log they are in: a tenant belongs to one log for ever. */
export interface TenantScope {
  readonly log: number;
  readonly tenantId: string;
}

export interface EventHeader {
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  /** Business time: when it happened. */
  readonly ts: Instant;
  readonly portfolio_id: string | null;
  readonly position_id: string | null;
  readonly instrument_id: string | null;
  readonly symbol: string | null;
  /** tick_id, corporate_action_id or request id. */
  readonly correlation_id: string;
  /** The event (or message) that caused this one. */
  readonly causation_id: string | null;
  /** `user:<id>`, `system:<job>` or `broker:<account>`; never a name or an address. */
  readonly actor: string;
}

export interface NewEvent extends EventHeader {
  /** The event's data as JSON text; stored and given back byte for byte. */
  readonly data: string;
  /** At most one event of a tenant carries a given key. */
  readonly unique_key: string | null;
}

/** An event as the log holds it. */
export interface RecordedEvent extends NewEvent {
  readonly log: number;
  /** Gapless, in commit order, from 1. */
  readonly position: number;
  readonly tenant_id: string;
  readonly stream: string;
  readonly version: number;
  /** Never decreases within a log, whatever clocks do. */
  readonly recorded_at: Instant;
}

/** An event with what proves it: leaf = hash of all its fields and the salt, chain = hash of the chain before, the position and the leaf. */
export interface ChainedEvent extends RecordedEvent {
  readonly salt: string;
  readonly leaf: string;
  readonly chain: string;
}

/** What a witness outside the database knows of a log. */
export interface WitnessedHead {
  readonly position: number;
  readonly chain: string;
}

export interface StreamAppend {
  readonly stream: string;
  /** The version the stream must have (0: it must be new), or `any` to take whatever comes. */
  readonly expectedVersion: number | 'any';
  readonly events: readonly NewEvent[];
}

/** Everything in one call happens, or nothing does. */
export interface AppendCall extends TenantScope {
  readonly streams: readonly StreamAppend[];
  /** Inline projections and the idempotency row: committed with the events. */
  readonly writes: readonly RowWrite[];
}

export interface AppendResult {
  /** Position of the last event written; the log's head where the call had no events. */
  readonly position: number;
}

export interface ReadRange {
  readonly log: number;
  readonly after?: number;
  readonly upTo?: number;
  readonly limit: number;
}

export interface EventFilter {
  readonly positionId?: string;
  readonly portfolioId?: string;
  readonly type?: string;
  readonly correlationId?: string;
  readonly streamPrefix?: string;
  readonly from?: Instant;
  readonly to?: Instant;
}

export interface VerifyReport {
  readonly events: number;
  readonly head: string;
  /** The first bad position with its reason, or null where the whole chain holds. */
  readonly firstBad: BadPosition | null;
  /** Positions that are not there, up to the last event and the last witnessed head; the first hundred ranges. */
  readonly losses: readonly LostRange[];
}

export interface BadPosition {
  readonly position: number;
  readonly reason: string;
}

export interface LostRange {
  readonly from: number;
  readonly to: number;
}

export abstract class EventStore {
  /**
   * Appends atomically. Rejects with VersionConflict where a stream moved on, with DuplicateKey where a unique key or an
   * inserted row exists already; a rejected call leaves no trace, whatever others are flushed with it.
   */
  abstract append(call: AppendCall): Promise<AppendResult>;
  /** Many calls, each atomic for itself and with its own fate: null where it is durable, else why it was rejected. In their order. */
  abstract appendEach(calls: readonly AppendCall[]): Promise<readonly unknown[]>;
  /** Events of one stream in version order. */
  abstract readStream(scope: TenantScope, stream: string, afterVersion?: number): Promise<readonly RecordedEvent[]>;
  /** The last event of one stream, or null. */
  abstract readLast(scope: TenantScope, stream: string): Promise<RecordedEvent | null>;
  /** Every event of one log in position order: for subscriptions, rebuild and verification. */
  abstract readAll(range: ReadRange): Promise<readonly RecordedEvent[]>;
  /** One tenant's events in position order, `after` exclusive; `descending` pages from the newest back (`after` is then an upper bound, exclusive). */
  abstract readTenant(
    scope: TenantScope,
    filter: EventFilter,
    page: { readonly after: number | null; readonly limit: number; readonly descending: boolean },
  ): Promise<readonly RecordedEvent[]>;
  /** Position of the newest event, 0 for an empty log. */
  abstract head(log: number): Promise<number>;
  /** Every log that holds an event, in ascending order. */
  abstract logs(): Promise<readonly number[]>;
  /** Events of all logs: grows with every commit of an event, whatever its log. */
  async count(): Promise<number> {
    const heads = await Promise.all((await this.logs()).map((log) => this.head(log)));
    return heads.reduce((sum, head) => sum + head, 0);
  }

  /** As `readAll`, with what proves each event; an `after` below 0 finds rows that should not be there. */
  abstract readChained(range: ReadRange): Promise<readonly ChainedEvent[]>;
  /** Recomputes every hash of one log, and holds it against heads that were witnessed, in ascending order. */
  abstract verify(log: number, onProgress?: (events: number) => void, witnessed?: readonly WitnessedHead[]): Promise<VerifyReport>;
  /** Called after each commit with what was committed, in order. Returns the unsubscriber. */
  abstract onCommitted(listener: (events: readonly RecordedEvent[]) => void): () => void;
  /**
   * Called when another process has appended to a log. A hint that may be lost: whoever must miss nothing looks now and
   * then anyway. Never called where no other process can have the store open. Returns the unsubscriber.
   */
  onWakeUp(_listener: (log: number) => void): () => void {
    return () => undefined;
  }

  /** Refuses new appends and waits until what is in flight is durable. */
  abstract close(): Promise<void>;
}
