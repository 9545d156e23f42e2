/** The right of this process to move one partition on: every write of it is refused once another process has taken over. */
import { type Instant, later } from '../../kernel/clock';
import { SYSTEM_TENANT } from '../../kernel/context';
import { StaleRow } from '../event-store/event-store.errors';
import type { RowWrite } from '../event-store/row-write';
import { type PartitionRow, type PartitionRows, partitionTable, toRow } from './partition-rows';
import type { SubscriptionParts } from './subscription.port';

export const LEASE_MS = 10_000;

/** Another process has the partition now, and goes on from what was committed. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

type LeaseParts = Pick<SubscriptionParts, 'store' | 'clock' | 'holder' | 'isShared' | 'leaseMs'> & { readonly rows: PartitionRows };

export class PartitionLease {
  /** Writes happen one after the other: each says what the row was before it. */
  private turn: Promise<unknown> = Promise.resolve();
  private isLost = false;

  private constructor(
    private readonly parts: LeaseParts,
    private row: PartitionRow,
  ) {}

  /** Null where another process was faster. */
  static async take(parts: LeaseParts, row: PartitionRow): Promise<PartitionLease | null> {
    const lease = new PartitionLease(parts, row);
    try {
      await lease.write({ ...row, epoch: row.epoch + 1, holder: parts.holder }, []);
      return lease;
    } catch (error) {
      if (isOfPartition(error)) return null;
      throw error;
    }
  }

  get log(): number {
    return this.row.log;
  }

  get partition(): number {
    return this.row.partition;
  }

  /** Where the checkpoint is, as far as this process knows. */
  get position(): number {
    return this.row.position;
  }

  /** The rows and the new place, or neither. Rejects with StaleRow where the partition is not what this process believes. */
  commit(position: number, writes: readonly RowWrite[]): Promise<void> {
    return this.inTurn(() => {
      if (position < this.row.position) throw new Error(`a checkpoint would go back from ${this.row.position} to ${position}`);
      return this.write({ ...this.row, position }, writes);
    });
  }

  /** Keeps the lease where a third of it is used up; what is read up to `position` need not be read again after a crash. */
  renew(position: number): Promise<void> {
    return this.inTurn(async () => {
      const { clock, isShared } = this.parts;
      const due = later(clock.now(), (this.leaseMs * 2) / 3);
      if (isShared && (this.row.leaseUntil ?? '') < due) await this.write(this.at(position), []);
    });
  }

  /** Hands the partition back, with the place it is at. */
  release(position: number): Promise<void> {
    return this.inTurn(() => this.write({ ...this.at(position), holder: null }, []));
  }

  /**
   * Looks what became of a write whose answer was lost: never while events are being handled, since what they write stands on what
   * was known before. Throws LeaseLost where another process has the partition.
   */
  recover(): Promise<number> {
    return this.inTurn(async () => {
      const row = await this.parts.rows.one(this.row);
      if (row?.epoch !== this.row.epoch || row.holder !== this.row.holder) {
        this.isLost = true;
        throw this.lost();
      }
      this.row = row;
      return row.position;
    });
  }

  /** Part of a page may be committed already, of which its reader hears only at the end. */
  private at(position: number): PartitionRow {
    return { ...this.row, position: Math.max(position, this.row.position) };
  }

  private async write(next: PartitionRow, writes: readonly RowWrite[]): Promise<void> {
    if (this.isLost) throw this.lost();
    const { store, clock } = this.parts;
    const { log, position, epoch, holder, leaseUntil } = this.row;
    const row = { ...next, leaseUntil: this.until(next, clock.now()) };
    const expected = { position, epoch, holder, lease_until: leaseUntil };
    const checkpoint: RowWrite = { op: 'update', table: partitionTable, row: toRow(row, clock.now()), expected };
    // The guard first: who is too late shall hear of that, and not of what another has written meanwhile.
    await store.append({ log, tenantId: SYSTEM_TENANT, streams: [], writes: [checkpoint, ...writes] });
    this.row = row;
  }

  /** Where no other process can have the store open a lease has no end. */
  private until({ holder }: PartitionRow, now: Instant): Instant | null {
    return holder !== null && this.parts.isShared ? later(now, this.leaseMs) : null;
  }

  private get leaseMs(): number {
    return this.parts.leaseMs ?? LEASE_MS;
  }

  private lost(): LeaseLost {
    return new LeaseLost(`partition ${this.partition} of ${this.row.name} in log ${this.log} is read by another process`);
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined); // whoever asked is told of it
    return result;
  }
}

/** The partition is not what the writer believes; a guard of the handler's own rows is another matter. */
export const isOfPartition = (error: unknown): boolean => error instanceof StaleRow && error.table === partitionTable.name;
