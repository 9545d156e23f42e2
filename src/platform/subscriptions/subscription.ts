/** Reads the whole log in order, from where its checkpoint stands: what it writes and how far it came commit together. */
import type { Clock } from '../../kernel/clock';
import { SYSTEM_TENANT } from '../../kernel/context';
import { messageOf } from '../../kernel/errors';
import type { Sql } from '../database/sql';
import type { Defer } from '../event-store/defer';
import { deferToNextTurn } from '../event-store/defer.adapter';
import { SYSTEM_LOG, type EventStore, type RecordedEvent } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';
import { readTable } from '../projections/projection';
import { backoffMs } from '../scheduling/backoff';
import type { Timer } from '../time/timer.port';

export interface SubscriptionDefinition {
  /** Names the checkpoint: a new name starts at the first event. */
  readonly name: string;
  handles(type: string): boolean;
  /**
   * The handled events of one page, in log order. The rows it gives back commit with the checkpoint, once; what it does otherwise
   * may happen again. Where it throws, the page comes again: no event is passed over.
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
  /** Lets others have their turn between the pages of a long history; the event loop's next turn where it is missing. */
  readonly defer?: Defer;
  readonly onError: (subscription: string, error: unknown) => void;
}

export interface SubscriptionStatus {
  readonly name: string;
  /** Everything up to here is handled. */
  readonly position: number;
  /** Events of the log that it has not seen yet. */
  readonly lag: number;
  /** Failures since it last got on. */
  readonly failures: number;
  readonly lastError: string | null;
}

export const checkpointTable = readTable('subscriptions', ['name'], ['position', 'updated_at']);

const POLL_MS = 1_000;
const PAGE = 500;
/** Events that are none of its business move the checkpoint only this often: reading them again costs less than writing it. */
const CHECKPOINT_EVERY = 1_000;

export class Subscription {
  /** Everything up to here is handled; the checkpoint may lag behind by events that were not for us. Null until it is read. */
  private position: number | null = null;
  private saved = 0;
  private working: Promise<void> | null = null;
  private isNudged = false;
  private isStarted = false;
  private stopping = false;
  private stopWatching: readonly (() => void)[] = [];
  private cancelRetry: (() => void) | null = null;
  private failures = 0;
  private lastError: string | null = null;

  constructor(
    private readonly definition: SubscriptionDefinition,
    private readonly parts: SubscriptionParts,
  ) {}

  get name(): string {
    return this.definition.name;
  }

  /** Catches up and from then on follows the log: at once after each commit, within a second whatever happens. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.stopping = false;
    const { store, timer } = this.parts;
    this.stopWatching = [store.onCommitted((events) => this.onCommitted(events)), timer.every(POLL_MS, () => this.wake())];
    this.wake();
  }

  /** Reads to the head of the log and returns; rejects with what the handler rejects with. */
  async catchUp(): Promise<void> {
    this.stopping = false;
    await this.worked();
  }

  async status(): Promise<SubscriptionStatus> {
    const position = this.position ?? (await this.readCheckpoint());
    const lag = Math.max(0, (await this.parts.store.head(SYSTEM_LOG)) - position);
    return { name: this.name, position, lag, failures: this.failures, lastError: this.lastError };
  }

  /** Finishes the page it is at and keeps its place. */
  async stop(): Promise<void> {
    this.isStarted = false;
    this.stopping = true;
    for (const end of this.stopWatching) end();
    this.stopWatching = [];
    this.cancelRetry?.();
    this.cancelRetry = null;
    if (this.working) await Promise.allSettled([this.working]);
    if (this.position !== null && this.position > this.saved) await this.save(this.position, []);
  }

  /** A commit of which nothing is for us, and which follows on what we know, needs no reading. */
  private onCommitted(events: readonly RecordedEvent[]): void {
    const first = events[0];
    const isIdle = this.working === null && this.failures === 0 && this.position !== null && first?.position === this.position + 1;
    if (isIdle && this.position !== null && !events.some(({ type }) => this.definition.handles(type))) {
      this.position += events.length;
      if (this.position - this.saved < CHECKPOINT_EVERY) return;
    }
    this.wake();
  }

  private wake(): void {
    if (!this.isStarted || this.cancelRetry) return;
    this.isNudged = true;
    if (this.working) return; // whoever began it is told of its failure
    this.worked().catch((error: unknown) => {
      this.parts.onError(this.name, error);
      if (!this.isStarted) return;
      this.cancelRetry ??= this.parts.timer.after(backoffMs(this.failures), () => {
        this.cancelRetry = null;
        this.wake();
      });
    });
  }

  private worked(): Promise<void> {
    this.isNudged = true;
    this.working ??= this.work();
    return this.working;
  }

  private async work(): Promise<void> {
    try {
      this.position ??= this.saved = await this.readCheckpoint();
      while (this.isNudged && !this.stopping) {
        this.isNudged = false;
        if (await this.page()) {
          this.isNudged = true;
          await new Promise<void>(this.parts.defer ?? deferToNextTurn);
        }
      }
      this.recovered();
    } catch (error) {
      this.failures += 1;
      this.lastError = messageOf(error);
      this.position = null; // what was committed is in the checkpoint, whatever this process believes
      throw error;
    } finally {
      this.working = null; // in the same turn as the last look, so that no wake-up falls between
    }
  }

  private recovered(): void {
    this.failures = 0;
    this.lastError = null;
    this.cancelRetry?.();
    this.cancelRetry = null;
  }

  /** Handles the next page; true where there may be more. */
  private async page(): Promise<boolean> {
    const { definition, parts } = this;
    const after = this.position ?? 0;
    const events = await parts.store.readAll({ log: SYSTEM_LOG, after, limit: PAGE });
    const last = events.at(-1);
    if (!last) {
      if (after - this.saved >= CHECKPOINT_EVERY) await this.save(after, []);
      return false;
    }
    const handled = events.filter(({ type }) => definition.handles(type));
    if (handled.length > 0) {
      await this.save(last.position, (await definition.handle(handled)) ?? []);
      definition.committed?.();
    } else if (last.position - this.saved >= CHECKPOINT_EVERY) {
      await this.save(last.position, []);
    }
    this.position = last.position;
    return events.length === PAGE;
  }

  private async save(position: number, writes: readonly RowWrite[]): Promise<void> {
    const row = { log: SYSTEM_LOG, tenant_id: SYSTEM_TENANT, name: this.name, position, updated_at: this.parts.clock.now() };
    const checkpoint: RowWrite = { op: 'upsert', table: checkpointTable, row };
    await this.parts.store.append({ log: SYSTEM_LOG, tenantId: SYSTEM_TENANT, streams: [], writes: [...writes, checkpoint] });
    this.saved = position;
  }

  private async readCheckpoint(): Promise<number> {
    const rows = await this.parts.sql.read('SELECT position FROM subscriptions WHERE log = ? AND tenant_id = ? AND name = ?', [
      SYSTEM_LOG,
      SYSTEM_TENANT,
      this.name,
    ]);
    return Number(rows[0]?.['position'] ?? 0);
  }
}
