/** Which announcements a tenant's positions have not heard of yet: its own stands above everybody's of the same key. */
import { epochMs, type Instant, toInstant } from '../kernel/clock';
import { SYSTEM_TENANT } from '../kernel/context';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import { type ExDateInstants, exDateInstants } from '../market-data/ex-date';
import type { TenantTables } from '../platform/database/tenant-tables';
import { announcementProjection, known } from './announcement.projection';
import type { KnownAnnouncement } from './announcement.decider';

export interface DueAnnouncement extends KnownAnnouncement {
  readonly announced_by: string;
  readonly instants: ExDateInstants;
}

const DAY_MS = 86_400_000;
const UNAPPLIED =
  'SELECT * FROM corporate_actions WHERE log = ? AND tenant_id = ? AND unapplied = 1 AND ex_date <= ? ORDER BY ex_date, corporate_action_id';

export class DueAnnouncements {
  constructor(
    private readonly tables: TenantTables,
    private readonly calendar: ExchangeCalendar,
  ) {}

  /** Those whose ex-date has come where they trade: their cutoff is over. In effective order, splits of a date first. */
  async of(tenantId: string, now: Instant): Promise<readonly DueAnnouncement[]> {
    const own = await this.unapplied(tenantId, now);
    const shared = tenantId === SYSTEM_TENANT ? [] : await this.unapplied(SYSTEM_TENANT, now);
    if (own.length === 0 && shared.length === 0) return [];
    const overridden = await this.overridden(tenantId, shared);
    return [...shared.filter(({ corporate_action_id: id }) => !overridden.has(id)), ...own].sort((a, b) =>
      a.ex_date === b.ex_date ? RANK(a) - RANK(b) : a.ex_date < b.ex_date ? -1 : 1,
    );
  }

  /** A day more than the date in London: no exchange's day is further ahead. */
  private async unapplied(tenantId: string, now: Instant): Promise<readonly DueAnnouncement[]> {
    const horizon = toInstant(epochMs(now) + DAY_MS).slice(0, 10);
    const rows = await this.tables.read(tenantId, UNAPPLIED, [horizon]);
    return rows.flatMap((row) => {
      const announcement = known(announcementProjection.fromRow(row).state);
      if (this.calendar.tradingDay(announcement.exchange, now) < announcement.ex_date) return [];
      const instants = exDateInstants(this.calendar, announcement.exchange, announcement.ex_date);
      return instants ? [{ ...announcement, announced_by: tenantId, instants }] : [];
    });
  }

  private async overridden(tenantId: string, shared: readonly DueAnnouncement[]): Promise<ReadonlySet<string>> {
    if (shared.length === 0) return new Set();
    const ids = shared.map(({ corporate_action_id }) => corporate_action_id);
    const sql = `SELECT corporate_action_id FROM corporate_actions WHERE log = ? AND tenant_id = ? AND corporate_action_id IN (${ids.map(() => '?').join(', ')})`;
    return new Set((await this.tables.read(tenantId, sql, ids)).map((row) => String(row['corporate_action_id'])));
  }
}

const RANK = ({ type }: KnownAnnouncement): number => (type === 'SPLIT' ? 0 : type === 'CASH_DIVIDEND' ? 1 : 2);
