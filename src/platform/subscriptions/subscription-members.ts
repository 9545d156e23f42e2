/** The processes that read a subscription, each with a sign of life: so that all of them have the same number of partitions. */
import { type Clock, later } from '../../kernel/clock';
import { SYSTEM_TENANT } from '../../kernel/context';
import type { Sql } from '../database/sql';
import { type EventStore, SYSTEM_LOG } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';
import { readTable } from '../projections/projection';

const memberTable = readTable('subscription_members', ['name', 'holder'], ['alive_until']);

/** How many partitions are due to a process, and from which on it looks for free ones: so that two do not reach for the same. */
export interface Share {
  readonly first: number;
  readonly size: number;
}

/** The shares add up to the total, so that nobody has to give back what another may not take. */
export function shareOf(rank: number, members: number, total: number): Share {
  const size = Math.floor(total / members);
  const larger = total % members;
  return { first: rank * size + Math.min(rank, larger), size: size + (rank < larger ? 1 : 0) };
}

export class SubscriptionMembers {
  private aliveUntil = '';

  constructor(
    private readonly store: EventStore,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly name: string,
    private readonly holder: string,
    private readonly leaseMs: number,
  ) {}

  /** Gives a sign of life where a third of the last one is used up, and finds out what is due to this process. */
  async share(total: number): Promise<Share> {
    const now = this.clock.now();
    if (this.aliveUntil < later(now, (this.leaseMs * 2) / 3)) await this.signal(later(now, this.leaseMs));
    const rows = await this.sql.read(
      'SELECT holder, alive_until FROM subscription_members WHERE log = ? AND tenant_id = ? AND name = ? ORDER BY holder',
      [SYSTEM_LOG, SYSTEM_TENANT, this.name],
    );
    const members = rows.filter((row) => String(row['alive_until']) > now).map((row) => String(row['holder']));
    const gone = rows.filter((row) => String(row['alive_until']) <= now).map((row) => String(row['holder']));
    if (gone.length > 0) await this.write(gone.map((holder) => this.without(holder)));
    return shareOf(Math.max(0, members.indexOf(this.holder)), Math.max(1, members.length), total);
  }

  /** At shutdown: the others need not wait for the sign of life to run out. */
  async leave(): Promise<void> {
    this.aliveUntil = '';
    await this.write([this.without(this.holder)]);
  }

  private async signal(aliveUntil: string): Promise<void> {
    const row = { log: SYSTEM_LOG, tenant_id: SYSTEM_TENANT, name: this.name, holder: this.holder, alive_until: aliveUntil };
    await this.write([{ op: 'upsert', table: memberTable, row }]);
    this.aliveUntil = aliveUntil;
  }

  private without(holder: string): RowWrite {
    return { op: 'delete', table: memberTable, row: { log: SYSTEM_LOG, tenant_id: SYSTEM_TENANT, name: this.name, holder } };
  }

  private async write(writes: readonly RowWrite[]): Promise<void> {
    await this.store.append({ log: SYSTEM_LOG, tenantId: SYSTEM_TENANT, streams: [], writes });
  }
}
