/** What the same wealth would have become without the strategy: all in and held, or a constant mix of stock and cash. */
import { type Amount, SCALE, toNumber, ZERO } from '../kernel/amount';
import type { TradingDay } from '../kernel/clock';
import { add, cutToStep, divide, exact, type Exact, multiply, ONE, percent, roundHalfUp } from '../kernel/exact';
import { commission, notional } from './commission';
import { courseOfStretches, HeldStretches, type PricedBars } from './held-stretches';
import { type Course, DrawdownWatch, type Series, timeline } from './performance';
import { blocksOf } from './price-blocks';

export type PastAction =
  | { readonly ex_date: TradingDay; readonly type: 'dividend'; readonly amount: Amount }
  | { readonly ex_date: TradingDay; readonly type: 'split'; readonly ratio: { readonly new: bigint; readonly old: bigint } };

export interface PricedDay {
  readonly day: TradingDay;
  readonly close: Amount;
}

/** Bars and actions, prepared once for any number of runs over them. */
export interface PriceHistory extends PricedBars {
  readonly firstClose: Amount;
  /** The actions that come before each bar: by ex-date, on one date splits first. */
  readonly actionsBefore: ReadonlyMap<number, readonly PastAction[]>;
}

export interface BuyAndHoldTerms {
  /** What the run starts with, before any fill. */
  readonly cash: Amount;
  readonly qty: Amount;
  readonly qty_step: Amount;
  readonly commission_rate: Amount;
  readonly withholding_tax_pct: Amount;
  /** The currency's smallest unit, to which dividends and withholding are rounded half-up. */
  readonly minor_unit: Amount;
}

/** Bars in ascending order. Actions on or before the first bar, and those after the last, are left out. Throws RangeError without a bar. */
export function priceHistory(bars: readonly PricedDay[], actions: readonly PastAction[]): PriceHistory {
  const first = bars[0];
  if (first === undefined) throw new RangeError('a price history needs at least one bar');
  const actionsBefore = new Map<number, PastAction[]>();
  let bar = 0;
  for (const action of actions.toSorted(inOrder)) {
    if (action.ex_date <= first.day) continue;
    while (bar < bars.length && (bars[bar]?.day ?? '') < action.ex_date) bar++;
    if (bar === bars.length) break;
    actionsBefore.set(bar, [...(actionsBefore.get(bar) ?? []), action]);
  }
  const closes = Float64Array.from(bars, ({ close }) => toNumber(close));
  return { timeline: timeline(bars.map(({ day }) => day)), firstClose: first.close, closes, actionsBefore, blocks: blocksOf(closes) };
}

function inOrder(a: PastAction, b: PastAction): number {
  if (a.ex_date !== b.ex_date) return a.ex_date < b.ex_date ? -1 : 1;
  return Number(a.type === 'dividend') - Number(b.type === 'dividend');
}

/**
 * What becomes of `cash + qty·P0` all in at the first close, commission paid; net dividends become cash on the ex-date, splits
 * apply and drop fractions below the step.
 */
export function buyAndHold(history: PriceHistory, terms: BuyAndHoldTerms): Course {
  const { firstClose, actionsBefore } = history;
  const wealth = add(exact(terms.cash), multiply(exact(terms.qty), exact(firstClose)));
  let { qty, cash } = allIn(wealth, firstClose, terms);
  const held = new HeldStretches();
  held.add(0, toNumber(qty), cash);
  for (const [bar, actions] of actionsBefore) {
    for (const action of actions) {
      if (action.type === 'split') qty = cutToStep({ n: qty * action.ratio.new, d: SCALE * action.ratio.old }, terms.qty_step);
      else cash += toNumber(netDividend(qty, action.amount, terms));
    }
    held.add(bar, toNumber(qty), cash);
  }
  return courseOfStretches(history, held);
}

/** The most shares whose notional and commission the wealth can pay; the rest stays cash. */
function allIn(wealth: Exact, price: Amount, { commission_rate, qty_step }: BuyAndHoldTerms): { qty: Amount; cash: number } {
  const left = (qty: Amount): Exact => {
    const cost = notional(qty, price);
    return add(wealth, { n: -(cost + commission(commission_rate, cost)), d: SCALE });
  };
  const costPerShare = multiply(exact(price), add(ONE, exact(commission_rate)));
  let qty = wealth.n > 0n ? cutToStep(divide(wealth, costPerShare), qty_step) : ZERO;
  while (qty > ZERO && left(qty).n < 0n) qty = (qty - qty_step) as Amount;
  const cash = left(qty);
  return { qty, cash: Number(cash.n) / Number(cash.d) };
}

/** Gross and withholding each rounded half-up to the minor unit. */
function netDividend(qty: Amount, perShare: Amount, { withholding_tax_pct, minor_unit }: BuyAndHoldTerms): Amount {
  const gross = roundHalfUp(multiply(exact(qty), exact(perShare)), minor_unit);
  return (gross - roundHalfUp(multiply(exact(gross), percent(withholding_tax_pct)), minor_unit)) as Amount;
}

/** Bars that are followed at once: what fits into the nearest memory. */
const PIECE = 1_024;

/**
 * What becomes of `start` held at the constant stock fraction `exposure`: `e_i = e_(i−1)(1 + exposure·b_i)`, b_i the return of one
 * share over the bar, splits and net dividends included; no rounding, no costs.
 */
export function staticMix(history: PriceHistory, start: number, exposure: number, withholdingTaxPct: Amount): Course {
  const { closes, actionsBefore, timeline: line } = history;
  const kept = 1 - toNumber(withholdingTaxPct) / 100;
  const piece = new Float64Array(PIECE);
  const watch = new DrawdownWatch(start, line.calendarDays);
  const daily = new Float64Array(line.dayEnds.length);
  const actionBars = [...actionsBefore.keys()];
  let [value, day, step] = [start, 0, 0];
  for (let from = 0, to = 0; from < closes.length; from = to) {
    const next = actionBars[step] ?? closes.length;
    to = next === from ? from + 1 : Math.min(from + PIECE, next);
    const actions = next === from ? actionsBefore.get(actionBars[step++] ?? 0) : undefined;
    if (actions) piece[0] = value * (1 + exposure * (worthOfOneShare(closes[from] ?? NaN, actions, kept) / (closes[from - 1] ?? NaN) - 1));
    else followMix(piece, closes, from, to, value, exposure);
    watch.seeEach(piece, to - from, from);
    for (; (line.dayEnds[day] ?? to) < to; day++) daily[day] = piece[(line.dayEnds[day] ?? 0) - from] ?? NaN;
    value = piece[to - from - 1] ?? NaN;
  }
  return { daily, drawdown: watch.end(closes.length - 1) };
}

/** Bars without an action, from the value before them on. */
function followMix(piece: Series, closes: Series, from: number, to: number, start: number, exposure: number): void {
  let value = start;
  let before = closes[Math.max(0, from - 1)] as number;
  for (let bar = from; bar < to; bar++) {
    const close = closes[bar] as number;
    value *= 1 + exposure * (close / before - 1);
    before = close;
    piece[bar - from] = value;
  }
}

/** What one share of the bar before has become at this close. */
function worthOfOneShare(close: number, actions: readonly PastAction[], kept: number): number {
  let shares = 1;
  let dividends = 0;
  for (const action of actions) {
    if (action.type === 'split') shares *= Number(action.ratio.new) / Number(action.ratio.old);
    else dividends += shares * toNumber(action.amount) * kept;
  }
  return shares * close + dividends;
}
