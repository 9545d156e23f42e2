/** One subscription in this process: takes its share of every log's partitions, reads them, and hands back what is too much. */
import type { RecordedEvent } from '../event-store/event-store.port';
import { backoffMs } from '../scheduling/backoff';
import type { LogPages } from './log-pages';
import { ParkedStreams } from './parked-streams';
import { PartitionDelivery } from './partition-delivery';
import { LEASE_MS, PartitionLease } from './partition-lease';
import { PartitionReader } from './partition-reader';
import { type PartitionRow, PartitionRows } from './partition-rows';
import { partitionOf } from './stream-partition';
import { type Share, SubscriptionMembers } from './subscription-members';
import type { SubscriptionDefinition, SubscriptionParts, SubscriptionStatus } from './subscription.port';

const PARTITIONS = 8;
const MAX_TRIES = 5;

export class Subscription {
  private readonly readers = new Map<string, PartitionReader>();
  /** Finishing their page before they hand their partition back. */
  private readonly leaving = new Map<string, Promise<void>>();
  /** Partitions of each log that is known here. */
  private readonly partitions = new Map<number, number>();
  private readonly rows: PartitionRows;
  private readonly streams: ParkedStreams;
  private readonly members: SubscriptionMembers;
  private looking: Promise<void> | null = null;
  private isStarted = false;
  private failures = 0;
  private cancelRetry: (() => void) | null = null;

  constructor(
    private readonly definition: SubscriptionDefinition,
    private readonly parts: SubscriptionParts,
    private readonly pages: LogPages,
  ) {
    const { sql, store, clock, holder, leaseMs = LEASE_MS } = parts;
    this.rows = new PartitionRows(sql, store, () => clock.now());
    this.streams = new ParkedStreams(sql, clock);
    this.members = new SubscriptionMembers(store, sql, clock, definition.name, holder, leaseMs);
  }

  get name(): string {
    return this.definition.name;
  }

  /** Reads what is due to this process, and from then on follows the logs. */
  start(): void {
    this.isStarted = true;
    for (const reader of this.readers.values()) reader.start();
    this.look();
  }

  /** Reads every partition it has to the end of its log; rejects with what a handler rejects with, once the others are through. */
  async catchUp(): Promise<void> {
    await this.looked();
    const outcomes = await Promise.allSettled([...this.readers.values()].map((reader) => reader.catchUp()));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async stop(): Promise<void> {
    this.isStarted = false;
    this.cancelRetry?.();
    this.cancelRetry = null;
    if (this.looking) await Promise.allSettled([this.looking]);
    for (const reader of this.readers.values()) this.handBack(reader);
    const outcomes = await Promise.allSettled([...this.leaving.values(), this.parts.isShared ? this.members.leave() : null]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') this.parts.onError(this.name, outcome.reason);
  }

  /** A log has grown, or may have. */
  wake(log: number | null): void {
    if (log !== null && !this.partitions.has(log)) this.look();
    for (const reader of this.readers.values()) if (log === null || reader.log === log) reader.wake();
  }

  onCommitted(log: number, events: readonly RecordedEvent[]): void {
    const count = this.partitions.get(log);
    const first = events[0]?.position ?? 0;
    if (count === undefined) {
      this.look();
      return;
    }
    const handled = events.filter(({ type }) => this.definition.handles(type));
    const concerned = new Set(handled.map(({ tenant_id, stream }) => partitionOf(tenant_id, stream, count)));
    for (const reader of this.readers.values()) {
      if (reader.log === log) reader.onCommitted(first, first + events.length - 1, concerned.has(reader.partition));
    }
  }

  /** Renews what it holds and takes what is due to it. */
  look(): void {
    if (!this.isStarted || this.cancelRetry) return;
    this.looked().then(
      () => (this.failures = 0),
      (error: unknown) => {
        this.failures += 1;
        this.parts.onError(this.name, error);
        if (!this.isStarted) return;
        this.cancelRetry = this.parts.timer.after(backoffMs(this.failures), () => {
          this.cancelRetry = null;
          this.look();
        });
      },
    );
  }

  async statuses(): Promise<readonly SubscriptionStatus[]> {
    const { store } = this.parts;
    const logs = await store.logs();
    const rows = await this.rows.all(this.name, logs);
    const heads = new Map(await Promise.all(logs.map(async (log) => [log, await store.head(log)] as const)));
    return rows.map((row) => this.statusOf(row, heads.get(row.log) ?? 0));
  }

  private statusOf({ name, log, partition, holder, leaseUntil, position }: PartitionRow, head: number): SubscriptionStatus {
    const reader = this.readers.get(keyOf(log, partition));
    const { failures, lastError, ...known } = reader?.status ?? { position, failures: 0, lastError: null };
    const lag = Math.max(0, head - known.position);
    return {
      name,
      log,
      partition,
      position: known.position,
      lag,
      holder,
      leaseUntil,
      isHeldHere: reader !== undefined,
      failures,
      lastError,
    };
  }

  private looked(): Promise<void> {
    return (this.looking ??= this.balance().finally(() => (this.looking = null)));
  }

  private async balance(): Promise<void> {
    const logs = await this.parts.store.logs();
    if (!this.hasAllOf(logs)) await this.rebalance(logs);
    for (const { log, tenantId, stream } of await this.streams.decided(this.name, logs)) {
      this.readers.get(keyOf(log, partitionOf(tenantId, stream, this.partitions.get(log) ?? 1)))?.decide();
    }
  }

  /** What no other process can take need not be looked at again. */
  private hasAllOf(logs: readonly number[]): boolean {
    const total = logs.reduce((sum, log) => sum + (this.partitions.get(log) ?? Number.NaN), 0);
    return !this.parts.isShared && this.readers.size === total;
  }

  private async rebalance(logs: readonly number[]): Promise<void> {
    const renewed = Promise.allSettled([...this.readers.values()].map((reader) => reader.renew())); // a failure waits for its turn
    const rows = await this.rows.ensured(this.name, logs, this.definition.partitions ?? PARTITIONS);
    for (const log of logs) this.partitions.set(log, rows.filter((row) => row.log === log).length);
    const share = this.parts.isShared ? await this.members.share(rows.length) : { first: 0, size: rows.length };
    const due = new Set([...rows, ...rows].slice(share.first, share.first + share.size).map(({ log, partition }) => keyOf(log, partition)));
    this.giveBack(share, due);
    await this.take(rows, share);
    for (const outcome of await renewed) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** What is too much, beginning with what would be another's if all were shared anew. */
  private giveBack({ size }: Share, due: ReadonlySet<string>): void {
    const held = [...this.readers.values()];
    const byNeed = held.sort((a, b) => Number(due.has(keyOf(a.log, a.partition))) - Number(due.has(keyOf(b.log, b.partition))));
    for (const reader of byNeed.slice(0, Math.max(0, held.length - size))) this.handBack(reader);
  }

  private handBack(reader: PartitionReader): void {
    const key = keyOf(reader.log, reader.partition);
    this.readers.delete(key);
    const left = reader
      .stop()
      .catch((error: unknown) => this.parts.onError(this.name, error))
      .finally(() => this.leaving.delete(key));
    this.leaving.set(key, left);
  }

  private async take(rows: readonly PartitionRow[], { first, size }: Share): Promise<void> {
    const { holder, isShared, clock } = this.parts;
    const now = clock.now();
    const isFree = ({ log, partition, ...row }: PartitionRow): boolean => {
      const key = keyOf(log, partition);
      if (this.readers.has(key) || this.leaving.has(key)) return false;
      return !isShared || row.holder === null || row.holder === holder || row.leaseUntil === null || row.leaseUntil <= now;
    };
    const free = [...rows.slice(first), ...rows.slice(0, first)].filter(isFree);
    const wanted = free.slice(0, Math.max(0, size - this.readers.size));
    await Promise.all(wanted.map((row) => this.begin(row)));
  }

  private async begin(row: PartitionRow): Promise<void> {
    const { definition, parts, pages, streams, rows } = this;
    const lease = await PartitionLease.take({ ...parts, rows }, row);
    if (!lease) return;
    const delivery = new PartitionDelivery({
      definition,
      lease,
      streams,
      store: parts.store,
      partitions: this.partitions.get(row.log) ?? PARTITIONS,
      maxTries: parts.maxTries ?? MAX_TRIES,
      onParked: (stream) => parts.onParked?.(stream),
      check: (event) => parts.check?.(event),
    });
    await delivery.recover();
    const key = keyOf(row.log, row.partition);
    const reader: PartitionReader = new PartitionReader({
      definition,
      lease,
      pages,
      delivery,
      timer: parts.timer,
      defer: parts.defer,
      onError: (error) => parts.onError(this.name, error),
      onLost: () => this.readers.get(key) === reader && this.readers.delete(key),
    });
    this.readers.set(key, reader);
    if (this.isStarted) reader.start();
  }
}

const keyOf = (log: number, partition: number): string => `${log}:${partition}`;
