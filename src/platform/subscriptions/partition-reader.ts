/** Reads one partition of a log in order, from where its checkpoint stands, for as long as this process holds its lease. */
import { messageOf } from '../../kernel/errors';
import type { Defer } from '../event-store/defer';
import { deferToNextTurn } from '../event-store/defer.adapter';
import { backoffMs } from '../scheduling/backoff';
import { type LogPages, PAGE } from './log-pages';
import type { PartitionDelivery } from './partition-delivery';
import { isOfPartition, LeaseLost, type PartitionLease } from './partition-lease';
import type { SubscriptionDefinition, SubscriptionParts } from './subscription.port';

export interface ReaderParts extends Pick<SubscriptionParts, 'timer' | 'defer'> {
  readonly definition: SubscriptionDefinition;
  readonly lease: PartitionLease;
  readonly pages: LogPages;
  readonly delivery: PartitionDelivery;
  readonly onError: (error: unknown) => void;
  /** Another process has the partition now. */
  readonly onLost: () => void;
}

/** Events that are none of its business move the checkpoint only this often: reading them again costs less than writing it. */
const CHECKPOINT_EVERY = 1_000;

export class PartitionReader {
  /** Everything up to here is handled or kept back; the checkpoint may lag behind by events that were not for us. Null while unknown. */
  private position: number | null;
  private working: Promise<void> | null = null;
  private isNudged = false;
  private isStarted = false;
  private stopping = false;
  private stopped: Promise<void> | null = null;
  /** The row was not what it should be when the lease was to be renewed: looked at before the next page. */
  private isDoubtful = false;
  private cancelRetry: (() => void) | null = null;
  private hasDecisions = false;
  /** In a row, since it last got on. */
  private failures = 0;
  private failedAt = 0;
  private lastError: string | null = null;
  private readonly defer: Defer;

  constructor(private readonly parts: ReaderParts) {
    this.position = parts.lease.position;
    this.defer = parts.defer ?? deferToNextTurn;
  }

  get log(): number {
    return this.parts.lease.log;
  }

  get partition(): number {
    return this.parts.lease.partition;
  }

  get status(): { readonly position: number; readonly failures: number; readonly lastError: string | null } {
    return { position: this.position ?? this.parts.lease.position, failures: this.failures, lastError: this.lastError };
  }

  /** Catches up and from then on comes whenever it is woken. */
  start(): void {
    this.isStarted = true;
    this.wake();
  }

  /** Reads to the head of the log and returns; rejects with what the handler rejects with. */
  async catchUp(): Promise<void> {
    if (!this.stopping) await this.worked();
  }

  wake(): void {
    if (!this.isStarted || this.stopping || this.cancelRetry) return;
    this.isNudged = true;
    if (this.working) return; // whoever began it is told of its failure
    this.worked().catch((error: unknown) => {
      this.parts.onError(error);
      if (this.stopping) return;
      this.cancelRetry ??= this.parts.timer.after(backoffMs(this.failures), () => {
        this.cancelRetry = null;
        this.wake();
      });
    });
  }

  /** A commit of which nothing is for us, and which follows on what we know, needs no reading. */
  onCommitted(first: number, last: number, isConcerned: boolean): void {
    if (this.position !== null && this.position >= last) return;
    const isIdle = this.working === null && this.failures === 0 && this.position !== null && this.position + 1 === first;
    if (isIdle && !isConcerned) {
      this.position = last;
      if (last - this.parts.lease.position < CHECKPOINT_EVERY) return;
    }
    this.wake();
  }

  /** An operator has said what shall become of parked streams of this partition. */
  decide(): void {
    this.hasDecisions = true;
    this.wake();
  }

  async renew(): Promise<void> {
    if (this.stopping) return;
    try {
      await this.parts.lease.renew(this.status.position);
    } catch (error) {
      if (!isOfPartition(error)) throw error;
      this.isDoubtful = true;
      this.wake();
    }
  }

  /** Finishes the page it is at and hands the partition back with its place. */
  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<void> {
    this.stopping = true;
    this.cancelRetry?.();
    this.cancelRetry = null;
    if (this.working) await Promise.allSettled([this.working]);
    try {
      await this.parts.lease.release(this.status.position);
    } catch (error) {
      if (!isOfPartition(error) && !(error instanceof LeaseLost)) throw error; // then it is not ours to hand back
    }
  }

  private worked(): Promise<void> {
    this.isNudged = true;
    this.working ??= this.work();
    return this.working;
  }

  private async work(): Promise<void> {
    try {
      while (this.isNudged && !this.stopping) {
        this.isNudged = false;
        if (!(await this.turn())) continue;
        this.isNudged = true;
        await new Promise<void>(this.defer);
      }
      this.failures = 0;
      this.lastError = null;
      this.cancelRetry?.();
      this.cancelRetry = null;
    } catch (error) {
      const { position } = this.parts.lease;
      this.failures = position > this.failedAt ? 1 : this.failures + 1;
      this.failedAt = position;
      this.lastError = messageOf(error);
      throw error;
    } finally {
      this.working = null; // in the same turn as the last look, so that no wake-up falls between
    }
  }

  /** What operators want, then the next page; true where there may be more. A lost lease ends the work without an error. */
  private async turn(): Promise<boolean> {
    const { delivery } = this.parts;
    try {
      if (this.position === null || this.isDoubtful) await this.recover();
      if (this.hasDecisions) {
        this.hasDecisions = false;
        await delivery.redeliverDecided(this.position ?? 0);
      }
      return await this.page();
    } catch (error) {
      this.position = null; // what was committed is in the rows, whatever this process believes
      if (error instanceof LeaseLost) this.lose();
      if (isOfPartition(error) || error instanceof LeaseLost) return true;
      throw error;
    }
  }

  private async recover(): Promise<void> {
    this.position = await this.parts.lease.recover();
    this.isDoubtful = false;
    this.hasDecisions = true; // what is parked may be otherwise too
  }

  private lose(): void {
    this.stopping = true;
    this.cancelRetry?.();
    this.cancelRetry = null;
    this.parts.onLost();
  }

  private async page(): Promise<boolean> {
    const { pages, lease, delivery } = this.parts;
    const after = this.position ?? 0;
    const events = await pages.read(lease.log, after);
    const last = events.at(-1)?.position ?? after;
    const concerned = delivery.concerned(events);
    if (concerned.length > 0) await delivery.deliver(concerned, last);
    else if (last - lease.position >= CHECKPOINT_EVERY) await lease.commit(last, []);
    this.position = last;
    return events.length === PAGE;
  }
}
