/** One run over the bars: what follows from the position is renewed whenever it changes, and between two changes a bar costs a comparison at most. */
import { type Amount, toNumber, ZERO, plus } from '../kernel/amount';
import type { PriceHistory } from '../rules/benchmarks';
import { answerSurely, type CertainAnswer, type CertainRules, certainRules } from '../rules/certain-quantity';
import { HeldStretches } from '../rules/held-stretches';
import { openingPurchase } from '../rules/opening-purchase';
import { decideRules, type RulesInput } from '../rules/rules-decision';
import type { RuleSettings } from '../rules/settings';
import { type Side, triggerBounds } from '../rules/trigger';
import type { ActionStep } from './action-plan';
import { type BarReason, codeOf } from './decision-reasons';
import { cappedQuantity, type FillCosts, type FillModel, fillPrice, isFree, nextPrice } from './fill-model';
import { KnownHolds } from './known-holds';
import { priceAt, unitsOf } from './price-column';
import { RunBook } from './run-book';
import type { RunHistory, Stretch } from './run-state';
import { scan, type ScanColumns } from './scan';
import { isTradable, type Signal } from './signal';
import type { Tape } from './tape';
import { WholeBook } from './whole-book';

/** Prepared once for any number of runs. */
export interface SimulationData {
  readonly tape: Tape;
  readonly signal: Signal;
  readonly scan: ScanColumns;
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

/** What a run came to, with nothing per bar. */
export interface DecidedRun {
  readonly data: SimulationData;
  readonly terms: SimulationTerms;
  readonly held: HeldStretches;
  readonly book: RunBook;
}

const CENT = 1_000_000n as Amount;
interface PendingOrder {
  readonly side: Side;
  readonly qty: Amount;
  readonly decidedAt: number;
  readonly reason: BarReason;
}

export class Run {
  private readonly book: RunBook;
  /** The same position in doubles, ahead of the book between two things that only the book can do. */
  private readonly whole: WholeBook;
  /** Null where every trade has to be decided exactly. */
  private readonly certain: CertainRules | null;
  private readonly answer: CertainAnswer = { qty: 0, binding: null };
  readonly held = new HeldStretches();
  private pending: PendingOrder | null = null;
  private step = 0;
  /** The bar to go on with. */
  private next = 1;

  // What follows from the position, renewed whenever it changes.
  private sellAt = 0;
  private buyAt = 0;
  private readonly holds: KnownHolds;
  /** Else the days are left alone: to look one up costs more than the trade, since it lies far from everything else in memory. */
  private readonly needsDay: boolean;

  /** `kept` takes what happens; null where nobody asks how the result came about. */
  constructor(
    private readonly data: SimulationData,
    private readonly terms: SimulationTerms,
    private readonly kept: RunHistory | null,
  ) {
    const { settings, cash, qty } = terms;
    const { qty_step, commission_rate, withholding_tax_pct } = settings;
    const bookTerms = { cash, qty, qty_step, commission_rate, withholding_tax_pct, minor_unit: CENT };
    this.book = new RunBook(bookTerms, priceAt(data.tape.close, 0));
    this.whole = new WholeBook(this.book, settings);
    const atTheClose = terms.fill === 'close' && isFree(terms.costs) && data.signal.price.wide === null;
    this.certain = atTheClose ? certainRules(settings, qty_step, commission_rate) : null;
    if (data.signal.reasons) kept?.reasons.set(data.signal.reasons);
    else kept?.reasons.fill(0);
    const countsDays = settings.max_orders_per_day !== null || settings.max_daily_notional !== null;
    this.holds = new KnownHolds(data.signal, countsDays ? data.tape.days : null, kept?.reasons ?? null);
    this.needsDay = countsDays || kept !== null;
  }

  run(): DecidedRun {
    this.open();
    this.advance(this.data.tape.bars);
    return this.end();
  }

  /** Decides all bars before `bars`, once it was opened. */
  advance(bars: number): void {
    let bar = this.next;
    while (bar < bars) {
      this.applyActions(bar);
      if (this.pending) this.tryFill(bar, this.pending);
      const end = this.pending ? bar + 1 : Math.min(bars, this.nextAction());
      bar = scan(this.data.scan, bar, end, this.sellAt, this.buyAt);
      if (bar < end) bar = this.evaluate(bar, end);
    }
    this.next = bar;
  }

  /** After the last bar. */
  end(): DecidedRun {
    const { bars } = this.data.tape;
    if (this.pending) this.kept?.unfilled.push({ ...this.pending, bar: bars - 1, reason: 'END_OF_DATA' });
    this.whole.settle();
    const { data, terms, held, book } = this;
    return { data, terms, held, book };
  }

  /** At the first bar's close, whatever the session: the anchor is set, nothing is evaluated. */
  open(): void {
    const { tape } = this.data;
    const { stockPct, cash, settings } = this.terms;
    const price = priceAt(tape.close, 0);
    const { qty_step: step, commission_rate } = settings;
    const bought = stockPct === null ? ZERO : openingPurchase({ stock_pct: stockPct, cash, price, step, commission_rate });
    this.note(0, 'OPENING');
    if (bought > ZERO) {
      const fill = this.book.fill('BUY', bought, price, this.dayOf(0));
      this.kept?.trades.push({ ...fill, bar: 0, decidedAt: 0, reason: 'OPENING' });
    }
    this.changed(0, 0);
  }

  private note(bar: number, reason: BarReason): void {
    if (this.kept) this.kept.reasons[bar] = codeOf(reason);
  }

  private nextAction(): number {
    return Math.min(this.data.steps[this.step]?.bar ?? Number.POSITIVE_INFINITY, this.book.nextPayment());
  }

  private applyActions(bar: number): void {
    if (this.nextAction() > bar) return;
    this.whole.settle();
    const { steps, tape } = this.data;
    for (let step = steps[this.step]; step !== undefined && step.bar <= bar; step = steps[++this.step]) {
      for (const action of step.actions) {
        if (action.type === 'split') {
          this.book.split(action, priceAt(tape.close, bar));
          if (this.pending) this.kept?.unfilled.push({ ...this.pending, bar, reason: 'SPLIT' });
          this.pending = null;
        } else {
          const { qty } = this.book;
          const net = this.book.accrue(action);
          this.kept?.dividends.push({ bar, qty, net, payBar: action.payBar });
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
      this.kept?.unfilled.push({ ...order, bar, reason: 'GUARDRAILS_AT_FILL' });
      return;
    }
    const filled = this.book.fill(side, qty, fillPrice(side, price, costs), day);
    this.kept?.trades.push({ ...filled, bar, decidedAt: order.decidedAt, reason: order.reason });
    this.changed(seenFrom, bar);
  }

  /** A bar whose signal reaches a bound; gives the next one to look at. */
  private evaluate(bar: number, end: number): number {
    if (this.pending) {
      this.note(bar, 'ORDER_PENDING');
      return bar + 1;
    }
    const known = this.holds.repeat(bar, end);
    if (known > bar) return known;
    this.decide(bar);
    return bar + 1;
  }

  /** In doubles, where they are certain of the trade; false where nothing was done. */
  private tradeSurely(bar: number, rules: CertainRules): boolean {
    const { whole, data } = this;
    const units = unitsOf(data.scan.signal[bar] as number, data.signal.price, bar);
    const side = units >= whole.sellAt ? 'SELL' : 'BUY';
    if (!whole.usable || (side === 'BUY' && units > whole.buyAt)) return false;
    if (this.needsDay) whole.enterDay(this.dayOf(bar));
    const wealth = (whole.qty * units) / 1e8 + whole.effectiveCash;
    const { answer } = this;
    if (!answerSurely(answer, side, units, wealth, whole, rules)) return false;
    const { qty: n } = answer;
    if (n === 0 || (side === 'SELL' && n > whole.qty) || !whole.fill(side, n, units)) return false;
    const reason = side === 'SELL' ? 'TRIGGER_SELL' : 'TRIGGER_BUY';
    this.note(bar, reason);
    this.kept?.trades.push(whole.lastTrade(side, n, bar, reason));
    this.moved(bar + 1, bar);
    return true;
  }

  private decide(bar: number): void {
    if (this.certain && this.tradeSurely(bar, this.certain)) return;
    this.whole.settle();
    const input = this.inputAt(bar);
    const decision = decideRules(input);
    const reason: BarReason = decision.action === 'REJECT' ? 'REJECTED_BELOW_MINIMUM' : decision.reason;
    this.note(bar, reason);
    if (decision.action === 'BUY' || decision.action === 'SELL') {
      const order = { side: decision.action, qty: decision.qty, decidedAt: bar, reason };
      if (this.terms.fill === 'close') this.fillAt(bar, bar + 1, input.price, order, false);
      else this.pending = order;
    } else this.holds.remember(bar, codeOf(reason), decision, input);
  }

  private inputAt(bar: number): RulesInput {
    const { settings } = this.terms;
    const { qty, cash, receivable, anchor } = this.book;
    const price = priceAt(this.data.signal.price, bar);
    const day = this.book.countsOf(this.dayOf(bar));
    return { price, qty, cash, receivable, anchor, settings, step: settings.qty_step, commission_rate: settings.commission_rate, day };
  }

  /** The book has changed. */
  private changed(from: number, closesFrom: number): void {
    this.whole.load();
    this.moved(from, closesFrom);
  }

  private moved(from: number, closesFrom: number): void {
    const { whole } = this;
    if (whole.usable) {
      this.sellAt = whole.sellAt / 1e8;
      this.buyAt = whole.buyAt / 1e8;
      this.held.add(closesFrom, whole.qty / 1e8, whole.effectiveCash / 1e8);
    } else this.movedBeyond(closesFrom);
    this.holds.forget();
    this.kept?.stretches.push(this.stretchFrom(from, closesFrom));
  }

  /** With amounts that doubles do not hold. */
  private movedBeyond(closesFrom: number): void {
    this.whole.settle();
    const { qty, cash, receivable, anchor } = this.book;
    const { least_sell, greatest_buy } = triggerBounds(anchor, this.terms.settings);
    this.sellAt = Number(least_sell) / 1e8;
    this.buyAt = Number(greatest_buy) / 1e8;
    this.held.add(closesFrom, toNumber(qty), toNumber(plus(cash, receivable)));
  }

  private stretchFrom(from: number, closesFrom: number): Stretch {
    const { whole, book } = this;
    const day = this.dayOf(closesFrom);
    if (whole.usable) return whole.stretch(from, closesFrom, day);
    const { qty, cash, receivable, anchor, avgCost } = book;
    return { from, closesFrom, qty, cash, receivable, anchor, avgCost, day, counts: book.countsOf(day) };
  }

  private dayOf(bar: number): number {
    return this.data.tape.days[bar] ?? Number.NaN;
  }
}
