/** The table of partitions: how far each is read, and by whom. */
import type { Instant } from '../../kernel/clock';
import { SYSTEM_TENANT } from '../../kernel/context';
import type { Sql } from '../database/sql';
import { DuplicateKey } from '../event-store/event-store.errors';
import type { EventStore } from '../event-store/event-store.port';
import type { Row, RowWrite } from '../event-store/row-write';
import { readTable } from '../projections/projection';

export const partitionTable = readTable(
  'subscriptions',
  ['name', 'partition'],
  ['position', 'epoch', 'holder', 'lease_until', 'updated_at'],
);

/** Where a checkpoint of the whole log waits for the partitions that begin there. */
const WHOLE_LOG = -1;

export interface PartitionRow {
  readonly log: number;
  readonly name: string;
  readonly partition: number;
  /** Everything up to here is handled, or kept back in a parked stream. */
  readonly position: number;
  /** Grows each time the partition changes hands: what an earlier holder still writes is refused. */
  readonly epoch: number;
  readonly holder: string | null;
  readonly leaseUntil: Instant | null;
}

export class PartitionRows {
  constructor(
    private readonly sql: Sql,
    private readonly store: EventStore,
    private readonly now: () => Instant,
  ) {}

  /** Every partition of the logs, in order; a log that nobody has read before gets its partitions. */
  async ensured(name: string, logs: readonly number[], count: number): Promise<readonly PartitionRow[]> {
    const known = await this.read(name, logs);
    const missing = logs.filter((log) => !known.some((row) => row.log === log && isPartition(row)));
    for (const log of missing) await this.create(name, log, count, known.find((row) => row.log === log)?.position ?? null);
    return missing.length === 0 ? known : this.all(name, logs);
  }

  /** The partitions there are, in order of log and partition. */
  async all(name: string, logs: readonly number[]): Promise<readonly PartitionRow[]> {
    return (await this.read(name, logs)).filter(isPartition);
  }

  async one({ log, name, partition }: PartitionRow): Promise<PartitionRow | null> {
    const [row] = await this.sql.read('SELECT * FROM subscriptions WHERE log = ? AND tenant_id = ? AND name = ? AND partition = ?', [
      log,
      SYSTEM_TENANT,
      name,
      partition,
    ]);
    return row ? fromRow(row) : null;
  }

  private async read(name: string, logs: readonly number[]): Promise<readonly PartitionRow[]> {
    if (logs.length === 0) return [];
    const places = logs.map(() => '?').join(', ');
    const rows = await this.sql.read(
      `SELECT * FROM subscriptions WHERE log IN (${places}) AND tenant_id = ? AND name = ? ORDER BY log, partition`,
      [...logs, SYSTEM_TENANT, name],
    );
    return rows.map(fromRow);
  }

  /** All of them or none: another process may be about to do the same. */
  private async create(name: string, log: number, count: number, start: number | null): Promise<void> {
    const free = { log, name, position: start ?? 0, epoch: 0, holder: null, leaseUntil: null };
    const writes = Array.from({ length: count }, (_, partition): RowWrite => {
      return { op: 'insert', table: partitionTable, row: toRow({ ...free, partition }, this.now()) };
    });
    const former: RowWrite = { op: 'delete', table: partitionTable, row: toRow({ ...free, partition: WHOLE_LOG }, this.now()) };
    try {
      await this.store.append({ log, tenantId: SYSTEM_TENANT, streams: [], writes: start === null ? writes : [...writes, former] });
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
    }
  }
}

const isPartition = ({ partition }: PartitionRow): boolean => partition !== WHOLE_LOG;

export const toRow = ({ log, name, partition, position, epoch, holder, leaseUntil }: PartitionRow, now: Instant): Row => ({
  log,
  tenant_id: SYSTEM_TENANT,
  name,
  partition,
  position,
  epoch,
  holder,
  lease_until: leaseUntil,
  updated_at: now,
});

const textOrNull = (cell: Row[string] | undefined): string | null => (cell === undefined || cell === null ? null : String(cell));

const fromRow = (row: Row): PartitionRow => ({
  log: Number(row['log']),
  name: String(row['name']),
  partition: Number(row['partition']),
  position: Number(row['position']),
  epoch: Number(row['epoch']),
  holder: textOrNull(row['holder']),
  leaseUntil: textOrNull(row['lease_until']),
});
