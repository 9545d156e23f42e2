/**
 * What one flush asks of the database: the calls that win as far as this process knows, with their streams, events and
 * rows. A call may lose against an earlier one of the same flush; that holds if the flush commits, and is planned again if not.
 */
import { DuplicateKey, VersionConflict } from './event-store.errors';
import type { AppendCall, NewEvent, StreamAppend } from './event-store.port';
import { FlushRows, type KnownRows, NOTHING_KNOWN } from './flush-rows';
import type { QueuedCall } from './call-queue';

export interface Head {
  readonly tenantId: string;
  readonly stream: string;
  /** The version it must have before; null where any will do. */
  base: number | null;
  /** Events that this flush adds. */
  count: number;
}

export interface PlannedEvent {
  readonly head: Head;
  /** 1 for the first event that this flush adds to the stream. */
  readonly offset: number;
  readonly event: NewEvent;
}

export interface Winner {
  readonly entry: QueuedCall;
  /** Events of the flush up to and with this call's last. */
  readonly upTo: number;
}

export interface Loser {
  readonly entry: QueuedCall;
  readonly error: unknown;
}

/** What the database was found to hold after it refused a flush. */
export interface Known extends KnownRows {
  /** Versions by `nameKey` of tenant and stream. */
  readonly versions: ReadonlyMap<string, number>;
  /** Keys of events that exist, by `nameKey` of tenant and key. */
  readonly uniqueKeys: ReadonlySet<string>;
}

export interface FlushPlan {
  readonly winners: readonly Winner[];
  readonly losers: readonly Loser[];
  /** In the order in which they are locked. */
  readonly heads: readonly Head[];
  readonly events: readonly PlannedEvent[];
  readonly rows: FlushRows;
  /** Somebody lost for a reason that only the versions in the database can tell: look, and plan again. */
  readonly isUndecided: boolean;
}

export const NOTHING: Known = { ...NOTHING_KNOWN, versions: new Map(), uniqueKeys: new Set() };

export const nameKey = (tenantId: string, name: string): string => `${tenantId}\u001f${name}`;

export const planFlush = (group: readonly QueuedCall[], known: Known = NOTHING): FlushPlan => new Planner(known).plan(group);

class Planner {
  private readonly heads = new Map<string, Head>();
  private readonly events: PlannedEvent[] = [];
  private readonly keys = new Set<string>();
  private readonly rows: FlushRows;
  private isUndecided = false;

  constructor(private readonly known: Known) {
    this.rows = new FlushRows(known);
  }

  plan(group: readonly QueuedCall[]): FlushPlan {
    const winners: Winner[] = [];
    const losers: Loser[] = [];
    for (const entry of group) {
      const undo: (() => void)[] = [];
      const before = this.events.length;
      try {
        this.take(entry.call, undo);
        winners.push({ entry, upTo: this.events.length });
      } catch (error) {
        for (let step = undo.pop(); step; step = undo.pop()) step();
        this.events.length = before;
        losers.push({ entry, error });
      }
    }
    const heads = [...this.heads].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, head]) => head);
    return { winners, losers, heads, events: this.events, rows: this.rows, isUndecided: this.isUndecided };
  }

  private take(call: AppendCall, undo: (() => void)[]): void {
    const own = new Set<Head>();
    for (const append of call.streams) this.reserve(call.tenantId, append, own, undo);
    try {
      for (const { events } of call.streams) for (const { unique_key } of events) this.claim(call.tenantId, unique_key, undo);
      this.rows.add(call.writes);
    } catch (error) {
      if (own.size > 0) this.isUndecided = true; // its versions may be wrong too, and that would be the reason to give
      throw error;
    }
  }

  /** `own`: heads whose base this very call has assumed, so that a conflict with them proves nothing. */
  private reserve(tenantId: string, { stream, expectedVersion, events }: StreamAppend, own: Set<Head>, undo: (() => void)[]): void {
    const key = nameKey(tenantId, stream);
    const head = this.headOf(key, tenantId, stream, undo);
    const { base, count } = head;
    undo.push(() => Object.assign(head, { base, count }));
    if (expectedVersion !== 'any') {
      const known = this.known.versions.get(key);
      const start = base ?? known ?? null;
      if (start === null ? expectedVersion < count : start + count !== expectedVersion) {
        if (known === undefined && (start === null || own.has(head))) this.isUndecided = true;
        throw new VersionConflict(stream, expectedVersion, (start ?? 0) + count);
      }
      if (start === null) own.add(head);
      head.base = expectedVersion - count;
    }
    for (const event of events) this.events.push({ head, offset: ++head.count, event });
  }

  private headOf(key: string, tenantId: string, stream: string, undo: (() => void)[]): Head {
    const existing = this.heads.get(key);
    if (existing) return existing;
    const head = { tenantId, stream, base: null, count: 0 };
    this.heads.set(key, head);
    undo.push(() => this.heads.delete(key));
    return head;
  }

  private claim(tenantId: string, uniqueKey: string | null, undo: (() => void)[]): void {
    if (uniqueKey === null) return;
    const key = nameKey(tenantId, uniqueKey);
    if (this.keys.has(key) || this.known.uniqueKeys.has(key)) throw new DuplicateKey('unique_key', uniqueKey);
    this.keys.add(key);
    undo.push(() => this.keys.delete(key));
  }
}
