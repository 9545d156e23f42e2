/** Replays recorded history through the live path: ticks, queue, paper broker and event store, on a scratch store with a virtual clock. */
import { type Amount, formatAmount, parseAmount, plus, toNumber, ZERO } from '../kernel/amount';
import { systemContext } from '../kernel/context';
import type { Exchange } from '../contracts/instrument';
import { AddInstrument } from '../contracts/instrument';
import { PlaceManualOrder, type TradeData } from '../contracts/order';
import { OpenPortfolio } from '../contracts/portfolio';
import { GetPosition, OpenPosition, type PositionView } from '../contracts/position';
import type { SplitEventData } from '../contracts/position-action';
import { ChangeSettings } from '../contracts/settings';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { RecordedAction } from '../market-data/recorded-actions';
import type { Bar } from '../market-data/recorded-bars';
import { Sql } from '../platform/database/sql';
import { priceHistory } from '../rules/benchmarks';
import { figuresOf } from '../rules/held-figures';
import { HeldStretches } from '../rules/held-stretches';
import { marketOf, reportOf } from '../rules/metrics';
import { type HoldingChange, outcomesOf } from '../rules/metrics-outcomes';
import { openingPurchase } from '../rules/opening-purchase';
import type { Quote } from '../rules/price-policy';
import { DEFAULT_SETTINGS_TEXT, parseSettings, type RuleSettings, SETTING_GROUPS, type SettingsText } from '../rules/settings';
import { parseRatio } from '../rules/split';
import { type RunResult, runResult } from '../simulation/run-result';
import type { App } from '../app';
import { actionsWithin, pastActions, ReplayActions, type ReplayedInstrument } from './replay-actions';
import { ReplayMarket } from './replay-market';
import { openScratchApp, type ScratchApp } from './scratch-app';
import { QueryBus } from '@nestjs/cqrs';

export interface ReplayOptions {
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly calendar: ExchangeCalendar;
  /** At least one. */
  readonly bars: readonly Bar[];
  readonly quotes: readonly Quote[] | null;
  readonly actions: readonly RecordedAction[];
  readonly cash: Amount;
  readonly qty: Amount;
  /** Percent of the cash to put into stock at the first bar's close. */
  readonly stockPct: Amount | null;
  readonly settings: SettingsText;
}

export interface ReplayProgress {
  readonly bars: number;
  readonly total: number;
}

const TENANT = 'demo';
const CENT = 1_000_000n as Amount;
const context = systemContext(TENANT, 'replay', 'replay');

/** A live evaluation per bar; the clock stands still while its orders are seen through. `inspect` sees the whole run's store before it goes. */
export async function replay(
  options: ReplayOptions,
  onProgress: (progress: ReplayProgress) => void = () => undefined,
  isCancelled: () => boolean = () => false,
  inspect: (app: App) => Promise<void> = () => Promise.resolve(),
): Promise<RunResult | null> {
  const [first, ...others] = options.bars;
  if (!first) throw new RangeError('a replay needs at least one bar');
  const market = new ReplayMarket([first, ...others], options.calendar, options.quotes);
  const scratch = await openScratchApp(first.at, market);
  try {
    const result = await new Replay(options, first, market, scratch).run(onProgress, isCancelled);
    if (result) await inspect(scratch.app);
    return result;
  } finally {
    await scratch.close();
  }
}

class Replay {
  private readonly settings: RuleSettings;
  private readonly history;
  private readonly held = new HeldStretches();
  private readonly actions: ReplayActions;

  constructor(
    private readonly options: ReplayOptions,
    private readonly first: Bar,
    private readonly market: ReplayMarket,
    private readonly scratch: ScratchApp,
  ) {
    this.settings = parseSettings(options.settings);
    const actions = actionsWithin(options.bars, options.actions);
    this.actions = new ReplayActions(scratch, market.calendar, TENANT, actions);
    this.history = priceHistory(options.bars, pastActions(actions));
  }

  async run(onProgress: (progress: ReplayProgress) => void, isCancelled: () => boolean): Promise<RunResult | null> {
    const { bars } = this.options;
    const { positionId, instrument } = await this.open();
    let position = await this.record(0, positionId);
    this.market.isOpening = false;
    for (let index = 1; index < bars.length; index++) {
      if (isCancelled()) return null;
      const bar = bars[index];
      if (!bar) break;
      this.market.moveTo(bar);
      this.scratch.clock.set(bar.at);
      const wentEx = await this.actions.recordCloses(instrument, bars, index);
      if (wentEx) await this.actions.apply(positionId, bar);
      await this.scratch.driver.tick(context, bar.at, { kind: 'tenant' });
      if (wentEx) await this.actions.settle();
      position = await this.record(index, positionId);
      onProgress({ bars: index + 1, total: bars.length });
    }
    return this.result(position, bars.at(-1) ?? this.first);
  }

  /** Portfolio, position, settings, and the opening purchase at the first bar's close. */
  private async open(): Promise<{ readonly positionId: string; readonly instrument: ReplayedInstrument }> {
    const { commands, driver } = this.scratch;
    const { symbol, exchange, cash, qty, stockPct } = this.options;
    const price = this.first.close;
    const instrument = await commands.execute(
      new AddInstrument(context, { symbol, exchange, asset_type: 'EQUITY', currency: 'USD', tick_size: null, lot_size: null }),
    );
    const portfolio = await commands.execute(new OpenPortfolio(context, { name: 'Replay', base_currency: 'USD', owner_user_id: 'replay' }));
    const terms = { portfolio_id: portfolio.id, symbol, exchange, qty: formatAmount(qty), cash: formatAmount(cash) };
    const anchor = { anchor_price: formatAmount(price), anchor_from_first_price: false, avg_cost: formatAmount(price) };
    const { id } = await commands.execute(new OpenPosition(context, { ...terms, ...anchor }));
    await this.configure(id);
    await this.actions.announce(instrument);
    const step = this.settings.qty_step;
    const bought =
      stockPct === null
        ? ZERO
        : openingPurchase({ stock_pct: stockPct, cash, price, step, commission_rate: this.settings.commission_rate });
    if (bought > ZERO) {
      const order = { side: 'BUY' as const, qty: formatAmount(bought), order_type: 'MARKET' as const, time_in_force: 'DAY' as const };
      await commands.execute(
        new PlaceManualOrder(context, id, { ...order, limit_price: null, stop_price: null, reason: 'OPENING' }, formatAmount(price)),
      );
      await driver.settle();
    }
    return { positionId: id, instrument };
  }

  private async configure(positionId: string): Promise<void> {
    for (const [group, names] of Object.entries(SETTING_GROUPS)) {
      const own = names.filter((name) => this.options.settings[name] !== DEFAULT_SETTINGS_TEXT[name]);
      if (own.length === 0) continue;
      const values = Object.fromEntries(own.map((name) => [name, this.options.settings[name]]));
      const target =
        group === 'commission-rates'
          ? ({ scope: 'tenant', scope_id: TENANT } as const)
          : ({ scope: 'position', scope_id: positionId } as const);
      await this.scratch.commands.execute(new ChangeSettings(context, target, group, values));
    }
  }

  private async record(bar: number, positionId: string): Promise<PositionView> {
    const position = await this.scratch.app.nest.get(QueryBus).execute(new GetPosition(TENANT, positionId));
    const effectiveCash = plus(parseAmount(position.cash), parseAmount(position.dividend_receivable));
    this.held.add(bar, toNumber(parseAmount(position.qty)), toNumber(effectiveCash));
    return position;
  }

  private async result(position: PositionView, last: Bar): Promise<RunResult> {
    const { cash, qty, bars } = this.options;
    const trades = await this.trades();
    const turnover = trades.reduce((sum, { notional }) => plus(sum, parseAmount(notional)), ZERO);
    const outcomes = outcomesOf(qty, this.first.close, await this.changes());
    const { qty_step, commission_rate, withholding_tax_pct } = this.settings;
    const market = marketOf(this.history, { cash, qty, qty_step, commission_rate, withholding_tax_pct, minor_unit: CENT });
    const end = {
      price: last.close,
      qty: parseAmount(position.qty),
      cash: parseAmount(position.cash),
      receivable: parseAmount(position.dividend_receivable),
      anchor: position.anchor_price === null ? null : parseAmount(position.anchor_price),
      commission: parseAmount(position.total_commission_paid),
      dividends_net: parseAmount(position.total_dividends_net),
      turnover,
      buys: trades.filter(({ side }) => side === 'BUY').length,
      sells: trades.filter(({ side }) => side === 'SELL').length,
    };
    const span = { bars: bars.length, first: this.first.label, last: last.label };
    return runResult(span, end, reportOf({ figures: figuresOf(this.history, this.held), turnover, outcomes }, market));
  }

  /** What changed the holding, in the order of the log. */
  private async changes(): Promise<readonly HoldingChange[]> {
    const sql = this.scratch.app.nest.get(Sql);
    const text = `SELECT type, data FROM events WHERE tenant_id = ? AND type IN ('TradeExecuted', 'SplitApplied') ORDER BY position`;
    return (await sql.read(text, [TENANT])).map(({ type, data }): HoldingChange => {
      if (type === 'SplitApplied') {
        const { ratio, qty } = JSON.parse(String(data)) as SplitEventData;
        return { type: 'split', ratio: parseRatio(ratio), qty: parseAmount(qty) };
      }
      const { side, executed_qty, executed_price } = JSON.parse(String(data)) as TradeData;
      return { type: 'fill', side, qty: parseAmount(executed_qty), price: parseAmount(executed_price) };
    });
  }

  private async trades(): Promise<readonly TradeData[]> {
    const sql = this.scratch.app.nest.get(Sql);
    const rows = await sql.read('SELECT trade FROM trades WHERE tenant_id = ? ORDER BY executed_at, trade_id', [TENANT]);
    return rows.map(({ trade }) => JSON.parse(String(trade)) as TradeData);
  }
}
