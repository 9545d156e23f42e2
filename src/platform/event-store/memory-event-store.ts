/** The event store in memory: for tests and dry runs of what stands on it. It keeps the rows too. */
import type { Clock, Instant } from '../../kernel/clock';
import { checkCall, submitChecked } from './append-checks';
import { CommitListeners, type CommitListener } from './commit-listeners';
import type { Defer } from './defer';
import { contentOf, type LogLink } from './event-chain';
import { canonicalText, chainHash, contentHash, genesis, leafHash, UNIT } from './event-hash';
import type { TenantPage } from './event-query';
import { DuplicateKey, VersionConflict } from './event-store.errors';
import {
  type AppendCall,
  type AppendResult,
  type ChainedEvent,
  type EventFilter,
  EventStore,
  type NewEvent,
  type ReadRange,
  type RecordedEvent,
  type TenantScope,
  type VerifyReport,
  type WitnessedHead,
} from './event-store.port';
import type { QueuedCall } from './call-queue';
import { GroupCommit } from './group-commit';
import { MemoryRows } from './memory-rows';
import { notBefore, recordedEvent } from './recorded-event';
import type { Row } from './row-write';
import type { StreamVersion } from './stream-versions';
import { verifyLog } from './verify-log';

interface MemoryLog {
  readonly events: ChainedEvent[];
  recordedAt: Instant;
}

export interface MemoryOptions {
  readonly defer?: Defer;
  readonly onListenerError?: (error: unknown) => void;
}

/** Nothing here outlives the process, so nothing is worth hiding. */
const SALT = `${'A'.repeat(22)}==`;

const afterThisTask: Defer = (task) => queueMicrotask(task);

export class MemoryEventStore extends EventStore {
  private readonly byLog = new Map<number, MemoryLog>();
  /** In commit order, whatever their log. */
  private committed: ChainedEvent[] = [];
  private readonly streams = new Map<string, ChainedEvent[]>();
  private readonly uniqueKeys = new Set<string>();
  private readonly tables = new MemoryRows();
  private readonly listeners: CommitListeners;
  private readonly group: GroupCommit;

  /** A listener's error is thrown where nobody asks for it. */
  constructor(
    private readonly clock: Clock,
    { defer = afterThisTask, onListenerError = rethrow }: MemoryOptions = {},
  ) {
    super();
    this.listeners = new CommitListeners(onListenerError);
    this.group = new GroupCommit(this.commit, (events) => this.listeners.tell(events), defer);
  }

  /** The rows of a table in the order in which their keys came. */
  rows(tableName: string): readonly Row[] {
    return this.tables.of(tableName);
  }

  append(call: AppendCall): Promise<AppendResult> {
    try {
      checkCall(call);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.group.calls.submit(call);
  }

  appendEach(calls: readonly AppendCall[]): Promise<readonly unknown[]> {
    return submitChecked(calls, (checked) => this.group.calls.submitEach(checked));
  }

  async readStream(scope: TenantScope, stream: string, afterVersion = 0): Promise<readonly RecordedEvent[]> {
    return this.streamOf(scope, stream).slice(afterVersion).map(published);
  }

  async readLast(scope: TenantScope, stream: string): Promise<RecordedEvent | null> {
    const last = this.streamOf(scope, stream).at(-1);
    return last ? published(last) : null;
  }

  async readAll({ log, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }: ReadRange): Promise<readonly RecordedEvent[]> {
    return this.eventsOf(log)
      .slice(after, Math.min(upTo, after + limit))
      .map(published);
  }

  async readTenant(scope: TenantScope, filter: EventFilter, { after, limit, descending }: TenantPage): Promise<readonly RecordedEvent[]> {
    const events = this.eventsOf(scope.log);
    const ordered = descending ? events.toReversed() : events;
    const isPast = (position: number): boolean => after === null || (descending ? position < after : position > after);
    return ordered
      .filter((event) => event.tenant_id === scope.tenantId && isPast(event.position) && isSelected(event, filter))
      .slice(0, limit)
      .map(published);
  }

  async head(log: number): Promise<number> {
    return this.eventsOf(log).length;
  }

  async logs(): Promise<readonly number[]> {
    return [...this.byLog].flatMap(([log, { events }]) => (events.length > 0 ? [log] : [])).sort((a, b) => a - b);
  }

  async readChained({ log, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }: ReadRange): Promise<readonly ChainedEvent[]> {
    const first = Math.max(after, 0);
    return this.eventsOf(log).slice(first, Math.min(upTo, first + limit));
  }

  async readLinks(range: Required<ReadRange>): Promise<readonly LogLink[]> {
    return (await this.readChained(range)).map((event) => ({
      position: event.position,
      source: `${event.tenant_id}${UNIT}${event.stream}`,
      version: event.version,
      recordedAt: event.recorded_at,
      content: contentOf(event),
      leaf: event.leaf,
      chain: event.chain,
    }));
  }

  async positionsOf(log: number, versions: readonly StreamVersion[]): Promise<readonly (number | null)[]> {
    return versions.map(({ tenantId, stream, version }) => this.streamOf({ log, tenantId }, stream)[version - 1]?.position ?? null);
  }

  async ends(log: number): Promise<{ readonly position: number; readonly tail: null }> {
    return { position: await this.head(log), tail: null };
  }

  verify(log: number, onProgress?: (events: number) => void, witnessed?: readonly WitnessedHead[]): Promise<VerifyReport> {
    return verifyLog(this, log, afterThisTask, onProgress, witnessed);
  }

  onCommitted(listener: CommitListener): () => void {
    return this.listeners.add(listener);
  }

  async close(): Promise<void> {
    this.group.close();
  }

  private readonly commit = (group: readonly QueuedCall[]): readonly RecordedEvent[] => {
    this.committed = [];
    const now = this.clock.now();
    for (const entry of group) {
      const undo: (() => void)[] = [];
      try {
        const log = this.logOf(entry.call.log);
        log.recordedAt = notBefore(now, log.recordedAt);
        this.apply(entry.call, log, undo);
        entry.position = log.events.length;
      } catch (error) {
        for (const step of undo.toReversed()) step();
        entry.error = error;
      }
    }
    return this.listeners.any ? this.committed.map(published) : [];
  };

  private apply({ streams, writes, ...scope }: AppendCall, log: MemoryLog, undo: (() => void)[]): void {
    const reserved = new Map<string, number>();
    for (const { stream, expectedVersion, events } of streams) {
      const actual = reserved.get(stream) ?? this.streamOf(scope, stream).length;
      if (expectedVersion !== 'any' && expectedVersion !== actual) throw new VersionConflict(stream, expectedVersion, actual);
      reserved.set(stream, actual + events.length);
    }
    for (const { stream, events } of streams) {
      for (const event of events) this.add(scope, log, stream, event, undo);
    }
    for (const write of writes) this.tables.write(write, undo);
  }

  private add(scope: TenantScope, log: MemoryLog, stream: string, event: NewEvent, undo: (() => void)[]): void {
    if (event.unique_key !== null) this.claim(scope, event.unique_key, undo);
    const siblings = this.streamOf(scope, stream);
    const previous = log.events.at(-1);
    const version = siblings.length + 1;
    const position = log.events.length + 1;
    const { recordedAt } = log;
    const leaf = leafHash(contentHash(canonicalText(scope.tenantId, stream, event), SALT), version, recordedAt);
    const chain = chainHash(previous?.chain ?? genesis(scope.log), position, leaf);
    const placed = recordedEvent(event, { ...scope, position, stream, version, recordedAt });
    const chained = { ...placed, salt: SALT, leaf, chain };
    log.events.push(chained);
    siblings.push(chained);
    this.committed.push(chained);
    this.streams.set(keyOf(scope, stream), siblings);
    undo.push(() => {
      log.events.pop();
      siblings.pop();
      this.committed.pop();
    });
  }

  private claim(scope: TenantScope, uniqueKey: string, undo: (() => void)[]): void {
    const key = keyOf(scope, uniqueKey);
    if (this.uniqueKeys.has(key)) throw new DuplicateKey('unique_key', uniqueKey);
    this.uniqueKeys.add(key);
    undo.push(() => this.uniqueKeys.delete(key));
  }

  private streamOf(scope: TenantScope, stream: string): ChainedEvent[] {
    return this.streams.get(keyOf(scope, stream)) ?? [];
  }

  private logOf(log: number): MemoryLog {
    const known = this.byLog.get(log) ?? { events: [], recordedAt: '' };
    this.byLog.set(log, known);
    return known;
  }

  private eventsOf(log: number): readonly ChainedEvent[] {
    return this.byLog.get(log)?.events ?? [];
  }
}

const keyOf = ({ log, tenantId }: TenantScope, name: string): string => `${log}\u001f${tenantId}\u001f${name}`;

const rethrow = (error: unknown): never => {
  throw error;
};

function published({ salt: _salt, leaf: _leaf, chain: _chain, ...event }: ChainedEvent): RecordedEvent {
  return event;
}

const matches = <T>(wanted: T | undefined, actual: T): boolean => wanted === undefined || wanted === actual;

const isSelected = (event: RecordedEvent, filter: EventFilter): boolean =>
  matches<string | null>(filter.positionId, event.position_id) &&
  matches<string | null>(filter.portfolioId, event.portfolio_id) &&
  matches(filter.type, event.type) &&
  matches(filter.correlationId, event.correlation_id) &&
  (filter.streamPrefix === undefined || event.stream.startsWith(filter.streamPrefix)) &&
  (filter.from === undefined || event.ts >= filter.from) &&
  (filter.to === undefined || event.ts < filter.to);
