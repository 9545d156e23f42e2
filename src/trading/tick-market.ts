/** What a tick asks of its surroundings: the time, the calendar's version, the open positions. */
import type { Clock } from '../kernel/clock';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { Sql } from '../platform/database/sql';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import type { Log } from '../platform/observability/log';

export class TickMarket {
  constructor(
    private readonly sql: Sql,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
    private readonly calendar: ExchangeCalendar,
    private readonly log: Log,
  ) {}

  now = (): string => this.clock.now();
  calendarVersion = (): string => this.calendar.version;

  /** Positions that are not closed, by tenant; of all tenants where none is given. */
  async openPositions(tenantId: string | null): Promise<Readonly<Record<string, readonly string[]>>> {
    const [clause, values] = tenantId === null ? ['', []] : ['AND tenant_id = ?', [tenantId]];
    const sql = `SELECT tenant_id, position_id FROM positions WHERE log = ? AND status <> 'CLOSED' ${clause} ORDER BY tenant_id, position_id`;
    const byTenant: Record<string, string[]> = {};
    for (const log of tenantId === null ? await this.logs.all() : [await this.logs.of(tenantId)]) {
      for (const row of await this.sql.read(sql, [log, ...values])) {
        (byTenant[String(row['tenant_id'])] ??= []).push(String(row['position_id']));
      }
    }
    return byTenant;
  }

  reportFailure(tickId: string, tenantId: string, positionId: string, error: unknown): void {
    this.log.error('a position could not be evaluated; the tick stays incomplete until it is run again or the next one is due', {
      tick_id: tickId,
      tenant_id: tenantId,
      position_id: positionId,
      error,
    });
  }
}
