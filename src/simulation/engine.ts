/** A simulation: one position over one tape by the rules of live trading. Pure; the same input gives the same run. */
import { type Amount, toNumber, ZERO, plus } from '../kernel/amount';
import type { PriceHistory } from '../rules/benchmarks';
import { blockedZone, type PriceZone } from '../rules/blocked-zone';
import { EquityCurve, marketOf, type Market, reportOf, type RunReport } from '../rules/metrics';
import { openingPurchase } from '../rules/opening-purchase';
import { decideRules, type RulesDecision, type RulesInput } from '../rules/rules-decision';
import type { RuleSettings } from '../rules/settings';
import { type Side, triggerBounds } from '../rules/trigger';
import type { ActionStep } from './action-plan';
import { type BarReason, codeOf } from './decision-reasons';
import { cappedQuantity, type FillCosts, type FillModel, fillPrice, isFree, nextPrice } from './fill-model';
import { priceAt } from './price-column';
import { RunBook } from './run-book';
import { type RunResult, runResult } from './run-result';
import type { RunDividend, RunTrade, Stretch, UnfilledOrder } from './run-state';
import { scan, type ScanColumns } from './scan';
import { isTradable, type Signal } from './signal';
import { labelOf, type Tape } from './tape';

/** Prepared once for any number of runs. */
export interface SimulationData {
  readonly tape: Tape;
  readonly signal: Signal;
  readonly steps: readonly ActionStep[];
  readonly history: PriceHistory;
}

export interface SimulationTerms {
  readonly cash: Amount;
  /** Shares to start with; they cost no cash. */
  readonly qty: Amount;
  /** Percent of the cash to put into stock at the first close. */
  readonly stockPct: Amount | null;
  readonly settings: RuleSettings;
  readonly fill: FillModel;
  readonly costs: FillCosts;
}

export interface SimulationRun {
  readonly data: SimulationData;
  readonly terms: SimulationTerms;
  readonly curve: EquityCurve;
  /** One code per bar, see `REASONS`: the whole timeline with its HOLDs. */
  readonly reasons: Uint8Array;
  readonly stretches: readonly Stretch[];
  readonly trades: readonly RunTrade[];
  readonly unfilled: readonly UnfilledOrder[];
  readonly dividends: readonly RunDividend[];
  readonly book: RunBook;
}

const CENT = 1_000_000n as Amount;
/** Decisions remembered by price while the position does not change. */
const MEMO_LIMIT = 4_096;

/** Memory that one run after another writes into; the run before is gone with it. */
export interface RunBuffers {
  readonly curve: EquityCurve;
  readonly reasons: Uint8Array;
}

export const runBuffers = ({ history, tape }: SimulationData): RunBuffers => ({
  curve: new EquityCurve(history.timeline),
  reasons: new Uint8Array(tape.bars),
});

export const simulate = (data: SimulationData, terms: SimulationTerms, buffers = runBuffers(data)): SimulationRun =>
  new Run(data, terms, buffers).run();

export const marketFor = ({ history }: SimulationData, { cash, qty, settings }: SimulationTerms): Market => {
  const { qty_step, commission_rate, withholding_tax_pct } = settings;
  return marketOf(history, { cash, qty, qty_step, commission_rate, withholding_tax_pct, minor_unit: CENT });
};

export function reportOfRun(run: SimulationRun, market: Market): RunReport {
  const { curve, book } = run;
  fillStockValue(run);
  return reportOf({ curve, turnover: book.turnover, changes: book.changes }, market);
}

/** A run records equity alone; what of it is stock follows from the stretches. */
function fillStockValue({ curve, stretches, data }: SimulationRun): void {
  const { closes } = data.history;
  stretches.forEach(({ qty, closesFrom }, index) => {
    const shares = toNumber(qty);
    const end = stretches[index + 1]?.closesFrom ?? closes.length;
    for (let bar = closesFrom; bar < end; bar++) curve.stockValue[bar] = shares * (closes[bar] ?? Number.NaN);
  });
}

/** What `vb simulate` prints. */
export function resultOf(run: SimulationRun, market: Market): RunResult {
  const { data, book } = run;
  const { tape } = data;
  const last = tape.bars - 1;
  const end = {
    price: priceAt(tape.close, last),
    qty: book.qty,
    cash: book.cash,
    receivable: book.receivable,
    anchor: book.anchor,
    commission: book.commissionPaid,
    dividends_net: book.dividendsNet,
    turnover: book.turnover,
    buys: book.buys,
    sells: book.sells,
  };
  return runResult({ bars: tape.bars, first: labelOf(tape, 0), last: labelOf(tape, last) }, end, reportOfRun(run, market));
}

interface PendingOrder {
  readonly side: Side;
  readonly qty: Amount;
  readonly decidedAt: number;
  readonly reason: BarReason;
}

interface Blocked {
  readonly from: number;
  readonly to: number;
  readonly code: number;
  readonly day: number;
}

const NOWHERE: Blocked = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY, code: 0, day: 0 };

class Run {
  private readonly book: RunBook;
  private readonly curve: EquityCurve;
  private readonly columns: ScanColumns;
  private readonly reasons: Uint8Array;
  private readonly stretches: Stretch[] = [];
  private readonly trades: RunTrade[] = [];
  private readonly unfilled: UnfilledOrder[] = [];
  private readonly dividends: RunDividend[] = [];
  private readonly countsDays: boolean;
  private pending: PendingOrder | null = null;
  private step = 0;

  // What follows from the position, renewed whenever it changes.
  private qty = 0;
  private effectiveCash = 0;
  private sellAt = 0;
  private buyAt = 0;
  private blocked = NOWHERE;
  private readonly memo = new Map<number, number>();
  private memoDay = Number.NaN;

  constructor(
    private readonly data: SimulationData,
    private readonly terms: SimulationTerms,
    { curve, reasons }: RunBuffers,
  ) {
    const { tape, signal, history } = data;
    const { settings, cash, qty } = terms;
    const { qty_step, commission_rate, withholding_tax_pct } = settings;
    this.book = new RunBook({ cash, qty, qty_step, commission_rate, withholding_tax_pct, minor_unit: CENT }, priceAt(tape.close, 0));
    this.curve = curve;
    this.columns = { signal: signal.doubles, prices: history.closes, equity: curve.equity };
    this.reasons = reasons;
    if (signal.reasons) reasons.set(signal.reasons);
    else reasons.fill(0);
    this.countsDays = settings.max_orders_per_day !== null || settings.max_daily_notional !== null;
  }

  run(): SimulationRun {
    const { bars } = this.data.tape;
    this.open();
    for (let bar = 1; bar < bars;) {
      this.applyActions(bar);
      if (this.pending) this.tryFill(bar, this.pending);
      const end = this.pending ? bar + 1 : Math.min(bars, this.nextAction());
      bar = scan(this.columns, bar, end, this.sellAt, this.buyAt, this.qty, this.effectiveCash);
      if (bar === end) continue;
      this.evaluate(bar);
      this.record(bar);
      bar++;
    }
    if (this.pending) this.unfilled.push({ ...this.pending, bar: bars - 1, reason: 'END_OF_DATA' });
    const { data, terms, curve, reasons, stretches, trades, unfilled, dividends, book } = this;
    return { data, terms, curve, reasons, stretches, trades, unfilled, dividends, book };
  }

  /** At the first bar's close, whatever the session: the anchor is set, nothing is evaluated. */
  private open(): void {
    const { tape } = this.data;
    const { stockPct, cash, settings } = this.terms;
    const price = priceAt(tape.close, 0);
    const { qty_step: step, commission_rate } = settings;
    const bought = stockPct === null ? ZERO : openingPurchase({ stock_pct: stockPct, cash, price, step, commission_rate });
    this.reasons[0] = codeOf('OPENING');
    if (bought > ZERO) {
      this.trades.push({ ...this.book.fill('BUY', bought, price, this.dayOf(0)), bar: 0, decidedAt: 0, reason: 'OPENING' });
    }
    this.changed(0, 0);
    this.record(0);
  }

  private record(bar: number): void {
    const { prices, equity } = this.columns;
    equity[bar] = this.qty * (prices[bar] ?? Number.NaN) + this.effectiveCash;
  }

  private nextAction(): number {
    return Math.min(this.data.steps[this.step]?.bar ?? Number.POSITIVE_INFINITY, this.book.nextPayment());
  }

  private applyActions(bar: number): void {
    if (this.nextAction() > bar) return;
    const { steps, tape } = this.data;
    for (let step = steps[this.step]; step !== undefined && step.bar <= bar; step = steps[++this.step]) {
      for (const action of step.actions) {
        if (action.type === 'split') {
          this.book.split(action, priceAt(tape.close, bar));
          if (this.pending) this.unfilled.push({ ...this.pending, bar, reason: 'SPLIT' });
          this.pending = null;
        } else {
          const { qty } = this.book;
          this.dividends.push({ bar, qty, net: this.book.accrue(action), payBar: action.payBar });
        }
      }
    }
    this.book.payDue(bar);
    this.changed(bar, bar);
  }

  /** An order of an earlier bar, at this bar's own price where it trades. */
  private tryFill(bar: number, order: PendingOrder): void {
    const { tape } = this.data;
    const { fill, settings } = this.terms;
    if (fill === 'close' || !(tape.dated || isTradable(tape, bar, settings.allow_after_hours))) return;
    this.pending = null;
    this.fillAt(bar, bar, nextPrice(fill, tape, bar), order, true);
  }

  /** `seenFrom`: the first bar whose evaluation knows of the fill. */
  private fillAt(bar: number, seenFrom: number, price: Amount, order: PendingOrder, recap: boolean): void {
    const { settings, costs } = this.terms;
    const day = this.dayOf(bar);
    const { side } = order;
    const capped = recap || !isFree(costs) ? { ...order, price, day } : null;
    const qty = capped ? cappedQuantity(capped, this.book, settings, settings.commission_rate, settings.qty_step, costs) : order.qty;
    if (qty === ZERO) {
      this.unfilled.push({ ...order, bar, reason: 'GUARDRAILS_AT_FILL' });
      return;
    }
    const filled = this.book.fill(side, qty, fillPrice(side, price, costs), day);
    this.trades.push({ ...filled, bar, decidedAt: order.decidedAt, reason: order.reason });
    this.changed(seenFrom, bar);
  }

  /** A bar whose signal reaches a bound. */
  private evaluate(bar: number): void {
    const units = this.data.signal.price.units[bar] ?? Number.NaN;
    if (this.pending) {
      this.reasons[bar] = codeOf('ORDER_PENDING');
      return;
    }
    const day = this.countsDays ? this.dayOf(bar) : 0;
    const { blocked } = this;
    if (units >= blocked.from && units <= blocked.to && day === blocked.day) {
      this.reasons[bar] = blocked.code;
      return;
    }
    if (day !== this.memoDay) this.memo.clear();
    this.memoDay = day;
    const known = this.memo.get(units);
    if (known !== undefined) this.reasons[bar] = known;
    else this.decide(bar, units, day);
  }

  private decide(bar: number, units: number, day: number): void {
    const input = this.inputAt(bar);
    const decision = decideRules(input);
    const reason: BarReason = decision.action === 'REJECT' ? 'REJECTED_BELOW_MINIMUM' : decision.reason;
    this.reasons[bar] = codeOf(reason);
    if (decision.action === 'BUY' || decision.action === 'SELL') {
      const order = { side: decision.action, qty: decision.qty, decidedAt: bar, reason };
      if (this.terms.fill === 'close') this.fillAt(bar, bar + 1, input.price, order, false);
      else this.pending = order;
    } else this.remember(units, day, this.reasons[bar] ?? 0, decision, input);
  }

  private inputAt(bar: number): RulesInput {
    const { settings } = this.terms;
    const { qty, cash, receivable, anchor } = this.book;
    const price = priceAt(this.data.signal.price, bar);
    const day = this.book.countsOf(this.dayOf(bar));
    return { price, qty, cash, receivable, anchor, settings, step: settings.qty_step, commission_rate: settings.commission_rate, day };
  }

  private remember(units: number, day: number, code: number, decision: RulesDecision, input: RulesInput): void {
    const zone: PriceZone | null = this.data.signal.price.wide ? null : blockedZone(decision, input);
    if (zone) this.blocked = { from: Number(zone.from), to: Number(zone.to), code, day };
    else if (!this.data.signal.price.wide && this.memo.size < MEMO_LIMIT) this.memo.set(units, code);
  }

  private changed(from: number, closesFrom: number): void {
    const { book } = this;
    const { qty, cash, receivable, anchor, avgCost } = book;
    const { least_sell, greatest_buy } = triggerBounds(anchor, this.terms.settings);
    this.qty = toNumber(qty);
    this.effectiveCash = toNumber(plus(cash, receivable));
    this.sellAt = Number(least_sell) / 1e8;
    this.buyAt = Number(greatest_buy) / 1e8;
    this.blocked = NOWHERE;
    this.memo.clear();
    const day = this.dayOf(closesFrom);
    this.stretches.push({ from, closesFrom, qty, cash, receivable, anchor, avgCost, day, counts: book.countsOf(day) });
  }

  private dayOf(bar: number): number {
    return this.data.tape.days[bar] ?? Number.NaN;
  }
}
