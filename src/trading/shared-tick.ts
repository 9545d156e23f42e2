/**
 * Several processes run the same tick and take its shares one by one. A claim is a hint with an end: a process that dies or sleeps
 * loses its share to another, and what both evaluate is recorded once, because an evaluation is unique by tick and position.
 */
import { type Clock, later } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { Ids } from '../kernel/ids';
import type { TickCounts } from '../contracts/tick';
import type { Sql } from '../platform/database/sql';
import type { TenantScope } from '../platform/event-store/event-store.port';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import type { Timer } from '../platform/time/timer.port';
import { addCounts, type CoveredPositions, cutShares, type EvaluateShare, NOTHING_DONE, type TickShare, TickSharing } from './tick-sharing';

/** Long enough for the slowest provider call and the append; a dead process delays its share by so much. */
const LEASE_MS = 15_000;
const POLL_MS = 50;
const [SMALLEST_SHARE, LARGEST_SHARE, SHARES] = [16, 1_024, 16];

const CLAIM = `INSERT INTO tick_shares (log, tenant_id, tick_id, share, state, holder, lease_until, counts)
  VALUES (?, ?, ?, ?, 'HELD', ?, ?, NULL)
  ON CONFLICT (log, tenant_id, tick_id, share) DO UPDATE
    SET state = 'HELD', holder = excluded.holder, lease_until = excluded.lease_until, counts = NULL
    WHERE (tick_shares.state = 'HELD' AND tick_shares.lease_until <= ?) OR (tick_shares.state = 'FAILED' AND CAST(? AS TEXT) = 'retry')
  RETURNING share`;
const SETTLE = `UPDATE tick_shares SET state = ?, counts = ?
  WHERE log = ? AND tenant_id = ? AND tick_id = ? AND share = ? AND holder = ? AND state = 'HELD'`;
const SETTLED = `SELECT share, counts FROM tick_shares WHERE log = ? AND tenant_id = ? AND tick_id = ? AND state <> 'HELD' ORDER BY share`;
const FORGET_OLDER = 'DELETE FROM tick_shares WHERE log = ? AND tenant_id = ? AND tick_id < ?';

/** One process's part in one tick. */
interface Part {
  readonly scope: TenantScope;
  readonly tickId: string;
  readonly holder: string;
  readonly evaluate: EvaluateShare;
}

export class SharedTick extends TickSharing {
  constructor(
    private readonly sql: Sql,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
    private readonly timer: Timer,
    private readonly ids: Ids,
  ) {
    super();
  }

  async run({ tenantId }: CommandContext, tickId: string, positions: CoveredPositions, evaluate: EvaluateShare): Promise<TickCounts> {
    const part: Part = { scope: { log: await this.logs.of(tenantId), tenantId }, tickId, holder: this.ids.next(), evaluate };
    const total = Object.values(positions).reduce((sum, ids) => sum + ids.length, 0);
    const shares = cutShares(positions, Math.min(LARGEST_SHARE, Math.max(SMALLEST_SHARE, Math.ceil(total / SHARES))));
    await this.sql.write(FORGET_OLDER, [part.scope.log, tenantId, tickId]);
    await this.take(part, startingAt(shares, part.holder), 'retry');
    return this.untilSettled(part, shares);
  }

  /** Waits for what others hold, and takes it over where they died. */
  private async untilSettled(part: Part, shares: readonly TickShare[]): Promise<TickCounts> {
    for (;;) {
      const settled = await this.settled(part);
      const open = shares.filter(({ number }) => !settled.has(number));
      if (open.length === 0) return [...settled.values()].reduce(addCounts, NOTHING_DONE);
      if ((await this.take(part, open, 'wait')) === 0) await new Promise<void>((resolve) => this.timer.after(POLL_MS, resolve));
    }
  }

  /** How many of these shares were free and are evaluated now. `retry` also takes those that failed before. */
  private async take(part: Part, shares: readonly TickShare[], failed: 'retry' | 'wait'): Promise<number> {
    let taken = 0;
    for (const share of shares) {
      if (!(await this.claim(part, share, failed))) continue;
      taken += 1;
      const counts = await part.evaluate(share);
      await this.settle(part, share, counts);
    }
    return taken;
  }

  private async claim({ scope, tickId, holder }: Part, { number }: TickShare, failed: string): Promise<boolean> {
    const now = this.clock.now();
    const values = [scope.log, scope.tenantId, tickId, number, holder, later(now, LEASE_MS), now, failed];
    return (await this.sql.write(CLAIM, values)).length > 0;
  }

  private async settle({ scope, tickId, holder }: Part, { number }: TickShare, counts: TickCounts): Promise<void> {
    const state = counts.failed > 0 ? 'FAILED' : 'DONE';
    await this.sql.write(SETTLE, [state, JSON.stringify(counts), scope.log, scope.tenantId, tickId, number, holder]);
  }

  private async settled({ scope, tickId }: Part): Promise<ReadonlyMap<number, TickCounts>> {
    const rows = await this.sql.read(SETTLED, [scope.log, scope.tenantId, tickId]);
    return new Map(rows.map((row) => [Number(row['share']), JSON.parse(String(row['counts'])) as TickCounts]));
  }
}

/** Each process begins elsewhere, so that they seldom ask for the same share. */
function startingAt(shares: readonly TickShare[], holder: string): readonly TickShare[] {
  let seed = 0;
  for (const letter of holder) seed = (seed * 31 + letter.charCodeAt(0)) % 1_000_003;
  const from = shares.length === 0 ? 0 : seed % shares.length;
  return [...shares.slice(from), ...shares.slice(0, from)];
}
