/** A portfolio with what its positions hold: now from their rows, at an earlier moment from the log. */
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Amount, formatAmount, plus, ZERO } from '../kernel/amount';
import type { Decider, Folded, Message } from '../kernel/decider';
import { NotFoundError } from '../kernel/errors';
import type { PortfolioHoldingsView, PortfolioPositionView, PortfolioTotalView } from '../contracts/portfolio';
import { TenantTables } from '../platform/database/tenant-tables';
import { EventStore, type TenantScope } from '../platform/event-store/event-store.port';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import { StreamRunner } from '../platform/streams/stream-runner';
import { type Moment, positionAt, streamAt } from './as-of';
import { portfolioDecider, type PortfolioState } from './portfolio.decider';
import { portfolioView } from './portfolio.projection';
import { opened, positionProjection, positionsTable } from './position.projection';
import type { OpenPositionState } from './position.state';

/** Throws NotFoundError for unknown and foreign portfolios, and for a moment before the portfolio was opened. */
export class GetPortfolio extends Query<PortfolioHoldingsView> {
  constructor(
    readonly tenantId: string,
    readonly portfolioId: string,
    /** Null for now. */
    readonly moment: Moment | null,
  ) {
    super();
  }
}

interface Holding {
  readonly id: string;
  readonly position: OpenPositionState;
}

@QueryHandler(GetPortfolio)
export class GetPortfolioHandler implements IQueryHandler<GetPortfolio> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly tables: TenantTables,
    private readonly store: EventStore,
    private readonly logs: TenantLogs,
  ) {}

  async execute({ tenantId, portfolioId, moment }: GetPortfolio): Promise<PortfolioHoldingsView> {
    if (moment) return this.asOf({ log: await this.logs.of(tenantId), tenantId }, portfolioId, moment);
    const folded = await this.streams.load<PortfolioState>(tenantId, `portfolio-${portfolioId}`);
    const text = `SELECT * FROM ${positionsTable.name} WHERE log = ? AND tenant_id = ? AND portfolio_id = ? ORDER BY created_at, position_id`;
    const rows = folded ? await this.tables.read(tenantId, text, [portfolioId]) : [];
    const holdings = rows.map((row) => ({ id: String(row['position_id']), position: opened(positionProjection.fromRow(row).state) }));
    return holdingsView(folded, holdings);
  }

  private async asOf(scope: TenantScope, portfolioId: string, moment: Moment): Promise<PortfolioHoldingsView> {
    const events = await this.store.readStream(scope, `portfolio-${portfolioId}`);
    const folded = streamAt(portfolioDecider as unknown as Decider<PortfolioState, Message, Message>, events, moment);
    const holdings: Holding[] = [];
    for (const id of folded ? await this.positionsOf(scope, portfolioId, moment) : []) {
      const position = positionAt(await this.store.readStream(scope, `position-${id}`), moment);
      if (position) holdings.push({ id, position: opened(position.state) });
    }
    return holdingsView(folded, holdings);
  }

  /** Each position took the slot of its instrument when it was opened, and slots are named after their portfolio. */
  private async positionsOf({ tenantId }: TenantScope, portfolioId: string, moment: Moment): Promise<readonly string[]> {
    const text = `SELECT position_id, min(position) AS opened FROM events
      WHERE log = ? AND tenant_id = ? AND stream >= ? AND stream < ? AND type = 'PositionSlotTaken' AND position <= ?
      GROUP BY position_id ORDER BY opened`;
    const upTo = moment.kind === 'position' ? moment.at : Number.MAX_SAFE_INTEGER;
    const rows = await this.tables.read(tenantId, text, [`slot-${portfolioId}:`, `slot-${portfolioId};`, upTo]);
    return rows.map((row) => String(row['position_id']));
  }
}

function holdingsView(folded: Folded<PortfolioState> | null, holdings: readonly Holding[]): PortfolioHoldingsView {
  if (!folded) throw new NotFoundError('portfolio');
  return { ...portfolioView(folded), positions: holdings.map(positionLine), totals: totalsOf(holdings) };
}

const positionLine = ({ id, position }: Holding): PortfolioPositionView => ({
  id,
  symbol: position.symbol,
  currency: position.currency,
  status: position.status,
  qty: formatAmount(position.qty),
  cash: formatAmount(position.cash),
  dividend_receivable: formatAmount(position.dividend_receivable),
});

/** In the order of the currencies' names. */
function totalsOf(holdings: readonly Holding[]): readonly PortfolioTotalView[] {
  const sums = new Map<string, { readonly positions: number; readonly cash: Amount; readonly receivable: Amount }>();
  for (const { position } of holdings) {
    const { positions, cash, receivable } = sums.get(position.currency) ?? { positions: 0, cash: ZERO, receivable: ZERO };
    sums.set(position.currency, {
      positions: positions + 1,
      cash: plus(cash, position.cash),
      receivable: plus(receivable, position.dividend_receivable),
    });
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { positions, cash, receivable }]) => ({
      currency,
      positions,
      cash: formatAmount(cash),
      dividend_receivable: formatAmount(receivable),
    }));
}
