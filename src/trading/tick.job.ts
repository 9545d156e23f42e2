/** The scheduled tick: one per instant of VB_TICK_CRON; what nobody evaluated in time is recorded as missed, never caught up. */
import type { CommandBus } from '@nestjs/cqrs';
import { type Clock, type Instant, later } from '../kernel/clock';
import { systemContext, SYSTEM_TENANT } from '../kernel/context';
import { tickOrderKeys } from '../contracts/order-status';
import { RunTick, type TickView } from '../contracts/tick';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { Log } from '../platform/observability/log';
import type { Job } from '../platform/scheduling/job-runner';
import type { TickInstants } from '../platform/scheduling/tick-instants';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { evaluationKey } from './evaluation.decider';
import { missedStream, type TickCommand, tickStream, type TickState } from './tick.decider';

export class TickJob implements Job {
  readonly name = 'tick';
  readonly setting = 'VB_TICK_CRON';
  readonly cron: string;

  constructor(
    private readonly instants: TickInstants,
    private readonly commands: CommandBus,
    private readonly streams: StreamRunner,
    private readonly tables: TenantTables,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.cron = instants.cron;
  }

  run(): Promise<void> {
    return this.runTick(this.instants.nearest(this.clock.now()));
  }

  /**
   * The last scheduled instant is evaluated late, once and on the newest price, where it was not evaluated or was cut off.
   * A store that never ticked waits for its first instant.
   */
  async atStart(): Promise<void> {
    const due = this.instants.previous(later(this.clock.now(), 1));
    if ((await this.lastTick(due)) !== null) await this.runTick(due);
  }

  private async runTick(tickId: Instant): Promise<void> {
    await this.recordMissed(tickId);
    const { status, evaluated, orders, failed } = await this.tick(tickId);
    this.log.info('tick', { tick_id: tickId, status, evaluated, orders, failed });
  }

  tick(tickId: Instant): Promise<TickView> {
    return this.commands.execute(new RunTick(systemContext(SYSTEM_TENANT, 'scheduler', tickId), tickId, { kind: 'all' }));
  }

  /** Every scheduled instant since the last tick has a record: done, or missed with the reason. */
  private async recordMissed(tickId: Instant): Promise<void> {
    const last = await this.lastTick(tickId);
    if (last === null || last === tickId) return;
    await this.closeUnfinished(last);
    const missed = this.instants.missed(last, tickId);
    if (!missed) return;
    const command: TickCommand = { type: 'RecordMissedTicks', data: { ...missed, reason: 'NOT_RUNNING' } };
    await this.streams.run(systemContext(SYSTEM_TENANT, 'scheduler', tickId), [{ stream: missedStream(missed.first), command }]);
    this.log.warn('ticks were missed: the process was not running or too slow', {
      first: missed.first,
      last: missed.last,
      count: missed.count,
    });
  }

  /** Instant of the newest tick up to this one, null before the first; one by hand may have named an instant far ahead. */
  private async lastTick(upTo: Instant): Promise<Instant | null> {
    const rows = await this.tables.read(
      SYSTEM_TENANT,
      `SELECT max(stream) AS stream FROM events WHERE log = ? AND tenant_id = ? AND stream >= 'tick-0' AND stream <= ?`,
      [tickStream(upTo)],
    );
    const stream = rows[0]?.['stream'];
    return typeof stream === 'string' ? stream.slice('tick-'.length) : null;
  }

  /** A tick that a crash cut off is over when the next one begins: its positions are evaluated at the newest price, not at its own. */
  private async closeUnfinished(tickId: Instant): Promise<void> {
    const folded = await this.streams.load<TickState>(SYSTEM_TENANT, tickStream(tickId));
    if (folded?.state.status !== 'STARTED') return;
    const [evaluated, orders] = await this.recorded(tickId, Object.keys(folded.state.positions));
    const counts = { evaluated, holds: evaluated - orders, orders, already_evaluated: 0, failed: 0 };
    const data = { tick_id: tickId, completed_at: this.clock.now(), ...counts, interrupted: true };
    const command: TickCommand = { type: 'CompleteTick', data };
    await this.streams.run(systemContext(SYSTEM_TENANT, 'scheduler', tickId), [{ stream: tickStream(tickId), command }]);
  }

  /** What the log holds of a tick, by the keys that make it unique: evaluations, and the orders among them. */
  private async recorded(tickId: Instant, tenants: readonly string[]): Promise<readonly [evaluations: number, orders: number]> {
    const count = async (tenantId: string, prefix: string): Promise<number> => {
      const rows = await this.tables.read(
        tenantId,
        'SELECT count(*) AS events FROM events WHERE log = ? AND tenant_id = ? AND unique_key >= ? AND unique_key < ?',
        [prefix, `${prefix}\u{10ffff}`],
      );
      return Number(rows[0]?.['events'] ?? 0);
    };
    let [evaluations, orders] = [0, 0];
    for (const tenantId of tenants) {
      evaluations += await count(tenantId, evaluationKey(tickId, ''));
      orders += await count(tenantId, tickOrderKeys(tickId));
    }
    return [evaluations, orders];
  }
}
