/** Dividends that buy shares: an ordinary order at the next price of a regular session, once per payment. */
import { type Amount, formatAmount, min, parseAmount, ZERO } from '../kernel/amount';
import type { CommandContext } from '../kernel/context';
import { DomainError } from '../kernel/errors';
import { add, cutToStep, divide, exact, multiply, ONE } from '../kernel/exact';
import { DEFAULT_SETTINGS_TEXT, parseSettings, type RuleSettings, type SettingsText } from '../rules/settings';
import type { DividendEntry } from '../rules/action-ledger';
import { PlaceManualOrder } from '../contracts/order';
import { GetPosition, type PositionCommandBody, type PositionView } from '../contracts/position';
import { GetEffectiveSettings } from '../contracts/settings';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { FreshPrices } from '../market-data/fresh-price';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { StreamRunner } from '../platform/streams/stream-runner';
import type { Buses } from './due-actions';

export const DRIP = 'DRIP';

export class Reinvestments {
  constructor(
    private readonly tables: TenantTables,
    private readonly streams: StreamRunner,
    private readonly prices: FreshPrices,
    private readonly calendar: ExchangeCalendar,
    private readonly buses: Buses,
  ) {}

  /** Orders for payments that wait; a position that cannot trade now keeps waiting. */
  async placeDue(context: CommandContext, positionIds: readonly string[] | null): Promise<number> {
    const sql = `SELECT position_id, entry FROM position_actions WHERE log = ? AND tenant_id = ? AND reinvest = 'WAITING' ORDER BY entry_id`;
    const wanted = positionIds && new Set(positionIds);
    let placed = 0;
    for (const row of await this.tables.read(context.tenantId, sql)) {
      const id = String(row['position_id']);
      if (wanted !== null && !wanted.has(id)) continue;
      if (await this.place(context, id, JSON.parse(String(row['entry'])) as DividendEntry)) placed += 1;
    }
    return placed;
  }

  private async place(context: CommandContext, id: string, entry: DividendEntry): Promise<boolean> {
    const position = await this.buses.queries.execute(new GetPosition(context.tenantId, id));
    const session = this.calendar.session(position.exchange, this.buses.clock.now());
    if (position.status !== 'ACTIVE' || position.live_order_id !== null || session !== 'REGULAR') return false;
    const settings = await this.settings(context.tenantId, position);
    const fresh = await this.prices.fresh(context.tenantId, { ...position, evaluation_price: referenceOf(position) }, settings);
    if (!fresh.usable) return false;
    const qty = this.affordable(position, entry, settings, fresh.price);
    const { corporate_action_id } = entry;
    const before: PositionCommandBody = { type: 'ReinvestDividend', data: { corporate_action_id, qty } };
    const about = { ...context, idempotency: null, correlationId: `${DRIP}:${id}:${corporate_action_id}` };
    if (parseAmount(qty) === ZERO) {
      await this.streams.run(about, [{ stream: `position-${id}`, command: before }]); // less than one step: it stays cash
      return false;
    }
    const terms = {
      side: 'BUY' as const,
      qty,
      order_type: 'MARKET' as const,
      time_in_force: 'DAY' as const,
      limit_price: null,
      stop_price: null,
    };
    try {
      await this.buses.commands.execute(new PlaceManualOrder(about, id, { ...terms, reason: DRIP }, formatAmount(fresh.price), before));
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.buses.log.warn('a dividend could not be reinvested yet', { position_id: id, code: error.code, reason: error.message });
      return false;
    }
  }

  /** The net payment, commission included, and never more than the free cash: cut to the step. */
  private affordable({ free_cash, lot_size }: PositionView, { paid }: DividendEntry, settings: RuleSettings, price: Amount): string {
    const cash = min(parseAmount(paid?.net ?? '0'), parseAmount(free_cash));
    const cost = multiply(exact(price), add(ONE, exact(settings.commission_rate)));
    const step = lot_size === null ? settings.qty_step : parseAmount(lot_size);
    return formatAmount(cash <= ZERO ? ZERO : cutToStep(divide(exact(cash), cost), step));
  }

  private async settings(tenantId: string, { id, portfolio_id }: PositionView): Promise<RuleSettings> {
    const effective = await this.buses.queries.execute(new GetEffectiveSettings(tenantId, [{ position_id: id, portfolio_id }]));
    return parseSettings({ ...DEFAULT_SETTINGS_TEXT, ...effective.get(id)?.overrides } as SettingsText);
  }
}

/** What the fresh price is held against, so that a bad quote buys nothing. */
const referenceOf = ({ anchor_price, avg_cost }: PositionView): string => anchor_price ?? (avg_cost === '0' ? '1' : avg_cost);
