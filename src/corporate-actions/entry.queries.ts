/** Accruals, payments, receivables and dates to come. */
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Amount, formatAmount, parseAmount, plus, ZERO } from '../kernel/amount';
import { Clock, toInstant } from '../kernel/clock';
import { SYSTEM_TENANT } from '../kernel/context';
import type { ActionEntry, DividendEntry, SplitEntry } from '../rules/action-ledger';
import { POSITION_ACTIONS, type PositionActionStatus } from '../contracts/position-action';
import { TenantTables } from '../platform/database/tenant-tables';
import type { Row } from '../platform/event-store/row-write';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { announcementProjection, known } from './announcement.projection';
import type { KnownAnnouncement } from './announcement.decider';
import type { EntryDto, ReceivablesDto, UpcomingDto } from './dividend.dto';

export class PageEntries extends Query<Page<EntryDto>> {
  constructor(
    readonly tenantId: string,
    readonly filter: {
      readonly position_id?: string;
      readonly symbol?: string;
      readonly status?: PositionActionStatus;
      readonly kind?: string;
    },
    readonly page: PageDto,
  ) {
    super();
  }
}

export class ListReceivables extends Query<ReceivablesDto> {
  constructor(readonly tenantId: string) {
    super();
  }
}

export class ListUpcoming extends Query<UpcomingDto> {
  constructor(
    readonly tenantId: string,
    readonly from: string | null,
    readonly to: string | null,
  ) {
    super();
  }
}

/** Newest ex-date first. */
@QueryHandler(PageEntries)
export class PageEntriesHandler implements IQueryHandler<PageEntries> {
  constructor(private readonly tables: TenantTables) {}

  execute({ tenantId, filter, page }: PageEntries): Promise<Page<EntryDto>> {
    const list = { table: POSITION_ACTIONS, tenantId, time: 'ex_date', id: 'entry_id', newestFirst: true, equal: { ...filter } };
    return readTablePage(this.tables, list, page, entryView);
  }
}

@QueryHandler(ListReceivables)
export class ListReceivablesHandler implements IQueryHandler<ListReceivables> {
  constructor(private readonly tables: TenantTables) {}

  async execute({ tenantId }: ListReceivables): Promise<ReceivablesDto> {
    const sql = `SELECT * FROM ${POSITION_ACTIONS} WHERE log = ? AND tenant_id = ? AND status IN ('ACCRUED', 'AWAITING_RATE') ORDER BY ex_date, entry_id`;
    const items = (await this.tables.read(tenantId, sql)).map(entryView);
    const totals = new Map<string, Amount>();
    for (const { currency, net } of items) totals.set(currency ?? '', plus(totals.get(currency ?? '') ?? ZERO, parseAmount(net ?? '0')));
    return { items, totals: [...totals].map(([currency, net]) => ({ currency, net: formatAmount(net) })) };
  }
}

const DAY_MS = 86_400_000;
const USUAL_DAYS = 90;
const UPCOMING = `SELECT * FROM corporate_actions WHERE log = ? AND tenant_id = ? AND status <> 'CANCELLED'
  AND ((ex_date >= ? AND ex_date <= ?) OR (pay_date >= ? AND pay_date <= ?)) ORDER BY ex_date, corporate_action_id`;

/** Of the instruments that the tenant holds. */
@QueryHandler(ListUpcoming)
export class ListUpcomingHandler implements IQueryHandler<ListUpcoming> {
  constructor(
    private readonly tables: TenantTables,
    private readonly clock: Clock,
  ) {}

  async execute({ tenantId, from: first, to: last }: ListUpcoming): Promise<UpcomingDto> {
    const from = first ?? this.clock.now().slice(0, 10);
    const to = last ?? toInstant(Date.parse(from) + USUAL_DAYS * DAY_MS).slice(0, 10);
    const held = await this.heldInstruments(tenantId);
    const [own, shared] = [await this.announced(tenantId, from, to), await this.announced(SYSTEM_TENANT, from, to)];
    const ownIds = new Set(own.map(({ corporate_action_id }) => corporate_action_id));
    const all = [...own, ...shared.filter(({ corporate_action_id: id }) => !ownIds.has(id))];
    const within = (date: string | null): date is string => date !== null && date >= from && date <= to;
    const items = all
      .filter(({ instrument_id }) => held.has(instrument_id))
      .flatMap((announcement) => [
        ...(within(announcement.ex_date) ? [dateOf(announcement, announcement.ex_date, 'ex')] : []),
        ...(within(announcement.pay_date) ? [dateOf(announcement, announcement.pay_date, 'pay')] : []),
      ]);
    return { items: items.sort((a, b) => (a.date === b.date ? (a.kind < b.kind ? -1 : 1) : a.date < b.date ? -1 : 1)) };
  }

  private async heldInstruments(tenantId: string): Promise<ReadonlySet<string>> {
    const rows = await this.tables.read(tenantId, 'SELECT DISTINCT instrument_id FROM positions WHERE log = ? AND tenant_id = ?');
    return new Set(rows.map((row) => String(row['instrument_id'])));
  }

  private async announced(tenantId: string, from: string, to: string): Promise<readonly KnownAnnouncement[]> {
    const rows = await this.tables.read(tenantId, UPCOMING, [from, to, from, to]);
    return rows.map((row) => known(announcementProjection.fromRow(row).state));
  }
}

function dateOf(announcement: KnownAnnouncement, date: string, kind: 'ex' | 'pay'): UpcomingDto['items'][number] {
  const { corporate_action_id, type, symbol, status, amount_per_share, currency, ratio } = announcement;
  return { date, kind, corporate_action_id, type, symbol, status, amount_per_share, currency, ratio };
}

const textOrNull = (value: Row[string] | undefined): string | null => (value === null || value === undefined ? null : String(value));

/** A row as it is shown. */
export function entryView(row: Row): EntryDto {
  const entry = JSON.parse(String(row['entry'])) as ActionEntry;
  const dividend: Partial<DividendEntry> = entry.kind === 'dividend' ? entry : {};
  const split: Partial<SplitEntry> = entry.kind === 'split' ? entry : {};
  return {
    id: String(row['entry_id']),
    position_id: String(row['position_id']),
    portfolio_id: textOrNull(row['portfolio_id']),
    symbol: textOrNull(row['symbol']),
    corporate_action_id: entry.corporate_action_id,
    revision: entry.revision,
    kind: entry.kind,
    status: String(row['status']) as PositionActionStatus,
    ex_date: entry.ex_date,
    cutoff: dividend.cutoff ?? null,
    pay_date: dividend.pay_date ?? null,
    qty_eligible: dividend.qty_eligible ?? null,
    amount_per_share: dividend.amount_per_share ?? null,
    currency: dividend.currency ?? null,
    withholding_tax_pct: dividend.withholding_tax_pct ?? null,
    gross: dividend.gross ?? null,
    withholding: dividend.withholding ?? null,
    net: dividend.net ?? null,
    paid_on: dividend.paid?.on ?? null,
    paid_net: dividend.paid?.net ?? null,
    fx_rate: dividend.paid?.rate ?? null,
    ratio: split.ratio ?? null,
    qty_before: split.qty_before ?? null,
    qty_after: split.qty_after ?? null,
    cash_in_lieu: split.in_lieu?.cash ?? null,
  };
}
