/** The event store in memory: for tests and dry runs of what stands on it. It keeps the rows too. */
import type { Clock, Instant } from '../../kernel/clock';
import { checkCall, submitChecked } from './append-checks';
import { CommitListeners, type CommitListener } from './commit-listeners';
import type { Defer } from './defer';
import { type ChainedEvent, faultOf } from './event-chain';
import { canonicalText, chainHash, genesis, leafHash } from './event-hash';
import type { TenantPage } from './event-query';
import { DuplicateKey, VersionConflict } from './event-store.errors';
import {
  type AppendCall,
  type AppendResult,
  DEFAULT_LOG,
  type EventFilter,
  EventStore,
  type NewEvent,
  type ReadRange,
  type RecordedEvent,
  type VerifyReport,
} from './event-store.port';
import { GroupCommit, type QueuedCall } from './group-commit';
import { MemoryRows } from './memory-rows';
import { notBefore, recordedEvent } from './recorded-event';
import type { Row } from './row-write';

export interface MemoryOptions {
  readonly defer?: Defer;
  readonly onListenerError?: (error: unknown) => void;
}

/** Nothing here outlives the process, so nothing is worth hiding. */
const SALT = `${'A'.repeat(22)}==`;

const afterThisTask: Defer = (task) => queueMicrotask(task);

export class MemoryEventStore extends EventStore {
  private readonly log: ChainedEvent[] = [];
  private readonly streams = new Map<string, ChainedEvent[]>();
  private readonly uniqueKeys = new Set<string>();
  private readonly tables = new MemoryRows();
  private readonly listeners: CommitListeners;
  private readonly group: GroupCommit;
  private recordedAt: Instant = '';

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
    return this.group.submit(call);
  }

  appendEach(calls: readonly AppendCall[]): Promise<readonly unknown[]> {
    return submitChecked(calls, (checked) => this.group.submitEach(checked));
  }

  async readStream(tenantId: string, stream: string, afterVersion = 0): Promise<readonly RecordedEvent[]> {
    return this.streamOf(tenantId, stream).slice(afterVersion).map(published);
  }

  async readLast(tenantId: string, stream: string): Promise<RecordedEvent | null> {
    const last = this.streamOf(tenantId, stream).at(-1);
    return last ? published(last) : null;
  }

  async readAll({ log = DEFAULT_LOG, after = 0, upTo = this.log.length, limit }: ReadRange): Promise<readonly RecordedEvent[]> {
    if (log !== DEFAULT_LOG) return [];
    return this.log.slice(after, Math.min(upTo, after + limit)).map(published);
  }

  async readTenant(tenantId: string, filter: EventFilter, { after, limit, descending }: TenantPage): Promise<readonly RecordedEvent[]> {
    const ordered = descending ? this.log.toReversed() : this.log;
    const isPast = (position: number): boolean => after === null || (descending ? position < after : position > after);
    return ordered
      .filter((event) => event.tenant_id === tenantId && isPast(event.position) && isSelected(event, filter))
      .slice(0, limit)
      .map(published);
  }

  async head(log = DEFAULT_LOG): Promise<number> {
    return log === DEFAULT_LOG ? this.log.length : 0;
  }

  async verify(onProgress: (events: number) => void = () => undefined): Promise<VerifyReport> {
    let last = { position: 0, chain: genesis(DEFAULT_LOG), recordedAt: '' };
    for (const event of this.log) {
      const reason = faultOf(event, last);
      if (reason) return { events: last.position, head: last.chain, firstBad: { position: event.position, reason } };
      last = { position: event.position, chain: event.chain, recordedAt: event.recorded_at };
    }
    onProgress(last.position);
    return { events: last.position, head: last.chain, firstBad: null };
  }

  onCommitted(listener: CommitListener): () => void {
    return this.listeners.add(listener);
  }

  async close(): Promise<void> {
    this.group.close();
  }

  private readonly commit = (group: readonly QueuedCall[]): readonly RecordedEvent[] => {
    const before = this.log.length;
    this.recordedAt = notBefore(this.clock.now(), this.recordedAt);
    for (const entry of group) {
      const undo: (() => void)[] = [];
      try {
        this.apply(entry.call, undo);
        entry.position = this.log.length;
      } catch (error) {
        for (const step of undo.toReversed()) step();
        entry.error = error;
      }
    }
    return this.listeners.any ? this.log.slice(before).map(published) : [];
  };

  private apply({ tenantId, streams, writes }: AppendCall, undo: (() => void)[]): void {
    const reserved = new Map<string, number>();
    for (const { stream, expectedVersion, events } of streams) {
      const actual = reserved.get(stream) ?? this.streamOf(tenantId, stream).length;
      if (expectedVersion !== 'any' && expectedVersion !== actual) throw new VersionConflict(stream, expectedVersion, actual);
      reserved.set(stream, actual + events.length);
    }
    for (const { stream, events } of streams) {
      for (const event of events) this.add(tenantId, stream, event, undo);
    }
    for (const write of writes) this.tables.write(write, undo);
  }

  private add(tenantId: string, stream: string, event: NewEvent, undo: (() => void)[]): void {
    if (event.unique_key !== null) this.claim(tenantId, event.unique_key, undo);
    const siblings = this.streamOf(tenantId, stream);
    const previous = this.log.at(-1);
    const version = siblings.length + 1;
    const position = this.log.length + 1;
    const { recordedAt } = this;
    const leaf = leafHash(canonicalText(tenantId, stream, version, recordedAt, event), SALT);
    const chain = chainHash(previous?.chain ?? genesis(DEFAULT_LOG), position, leaf);
    const placed = recordedEvent(event, { log: DEFAULT_LOG, position, tenantId, stream, version, recordedAt });
    const chained = { ...placed, salt: SALT, leaf, chain, before: siblings.at(-1)?.position ?? null };
    this.log.push(chained);
    siblings.push(chained);
    this.streams.set(keyOf(tenantId, stream), siblings);
    undo.push(() => {
      this.log.pop();
      siblings.pop();
    });
  }

  private claim(tenantId: string, uniqueKey: string, undo: (() => void)[]): void {
    const key = keyOf(tenantId, uniqueKey);
    if (this.uniqueKeys.has(key)) throw new DuplicateKey('unique_key', uniqueKey);
    this.uniqueKeys.add(key);
    undo.push(() => this.uniqueKeys.delete(key));
  }

  private streamOf(tenantId: string, stream: string): ChainedEvent[] {
    return this.streams.get(keyOf(tenantId, stream)) ?? [];
  }
}

const keyOf = (tenantId: string, name: string): string => `${tenantId}\u001f${name}`;

const rethrow = (error: unknown): never => {
  throw error;
};

function published({ salt: _salt, leaf: _leaf, chain: _chain, before: _before, ...event }: ChainedEvent): RecordedEvent {
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
