/** Prices and actions that runs are compared over, and what the same wealth would have become all in and held. */
import { type Amount, SCALE, toNumber, ZERO } from '../kernel/amount';
import type { TradingDay } from '../kernel/clock';
import { add, cutToStep, divide, exact, type Exact, multiply, ONE, percent, roundHalfUp } from '../kernel/exact';
import { commission, notional } from './commission';
import { courseOf, HeldStretches, pricedBars, type PricedBars } from './held-stretches';
import { type Course, timeline } from './performance';

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
  return { ...pricedBars(closes, timeline(bars.map(({ day }) => day))), firstClose: first.close, actionsBefore };
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
  return courseOf(history, held);
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
