/** A simulated position: the same amounts, roundings and order of things as a live one. */
import { type Amount, minus, negate, plus, ZERO } from '../kernel/amount';
import { cutToStep, exact, type Exact, multiply, percent, roundHalfEven, roundHalfUp } from '../kernel/exact';
import { commission, notional } from '../rules/commission';
import { applyFill, type CostBasis } from '../rules/cost-basis';
import type { DayCounts } from '../rules/guardrails';
import { OutcomeTally } from '../rules/metrics-outcomes';
import type { Holding } from '../rules/position-value';
import type { Side } from '../rules/trigger';
import type { PlannedDividend, PlannedSplit } from './action-plan';

export interface BookTerms {
  readonly cash: Amount;
  readonly qty: Amount;
  readonly qty_step: Amount;
  readonly commission_rate: Amount;
  readonly withholding_tax_pct: Amount;
  /** The currency's smallest unit. */
  readonly minor_unit: Amount;
}

export interface Fill {
  readonly side: Side;
  readonly qty: Amount;
  readonly price: Amount;
  readonly notional: Amount;
  readonly commission: Amount;
  readonly realized: Amount;
}

export const NO_COUNTS: DayCounts = { orders: 0, notional: ZERO };

export class RunBook implements Holding {
  qty: Amount;
  cash: Amount;
  receivable = ZERO;
  anchor: Amount;
  avgCost: Amount;
  realized = ZERO;
  commissionPaid = ZERO;
  dividendsNet = ZERO;
  turnover = ZERO;
  buys = 0;
  sells = 0;
  readonly tally: OutcomeTally;

  /** The day that `counts` are of; ask `countsOf`. */
  countedDay = Number.NaN;
  counts = NO_COUNTS;
  private readonly payments: { readonly bar: number; readonly net: Amount }[] = [];

  constructor(
    private readonly terms: BookTerms,
    firstClose: Amount,
  ) {
    this.qty = terms.qty;
    this.cash = terms.cash;
    this.anchor = firstClose;
    this.avgCost = terms.qty === ZERO ? ZERO : firstClose;
    this.tally = new OutcomeTally(Number(terms.qty), Number(firstClose));
  }

  /** Orders and notional of an exchange's day so far. */
  countsOf(day: number): DayCounts {
    return this.countedDay === day ? this.counts : NO_COUNTS;
  }

  fill(side: Side, qty: Amount, price: Amount, day: number): Fill {
    const value = notional(qty, price);
    const fee = commission(this.terms.commission_rate, value);
    const basis: CostBasis = { qty: this.qty, avg_cost: this.avgCost, realized_pnl: this.realized };
    const after = applyFill(basis, side, qty, price);
    const realized = minus(after.realized_pnl, this.realized);
    this.qty = after.qty;
    this.avgCost = after.avg_cost;
    this.realized = after.realized_pnl;
    this.cash = plus(this.cash, minus(side === 'BUY' ? negate(value) : value, fee));
    this.commissionPaid = plus(this.commissionPaid, fee);
    this.turnover = plus(this.turnover, value);
    this.anchor = price;
    if (side === 'BUY') this.buys++;
    else this.sells++;
    const before = this.countsOf(day);
    this.countedDay = day;
    this.counts = { orders: before.orders + 1, notional: plus(before.notional, value) };
    this.tally.fill(side, Number(qty), Number(price));
    return { side, qty, price, notional: value, commission: fee, realized };
  }

  /** Shares × new/old cut to the step; the fraction becomes cash at `close`, half-up to the currency's smallest unit. */
  split({ ratio }: PlannedSplit, close: Amount): void {
    const exactly = { n: this.qty * ratio.new, d: 100_000_000n * ratio.old };
    const whole = cutToStep(exactly, this.terms.qty_step);
    const fraction: Exact = { n: exactly.n - whole * ratio.old, d: exactly.d };
    this.cash = plus(this.cash, roundHalfUp(multiply(fraction, exact(close)), this.terms.minor_unit));
    const perShare: Exact = { n: ratio.old, d: ratio.new };
    this.qty = whole;
    this.avgCost = roundHalfEven(multiply(exact(this.avgCost), perShare));
    this.anchor = roundHalfEven(multiply(exact(this.anchor), perShare));
    this.tally.split(ratio, Number(whole));
  }

  /** What the holding is owed, and an anchor lower by the dividend, so that no trigger comes from it. Gives the net amount. */
  accrue({ perShare, payBar, anchorFactor }: PlannedDividend): Amount {
    const gross = roundHalfUp(multiply(exact(this.qty), exact(perShare)), this.terms.minor_unit);
    const withheld = roundHalfUp(multiply(exact(gross), percent(this.terms.withholding_tax_pct)), this.terms.minor_unit);
    const net = minus(gross, withheld);
    this.receivable = plus(this.receivable, net);
    if (payBar !== null) this.payments.push({ bar: payBar, net });
    this.anchor = anchorFactor ? roundHalfEven(multiply(exact(this.anchor), anchorFactor)) : minus(this.anchor, perShare);
    return net;
  }

  /** Pays what is due at this bar; gives the sum. */
  payDue(bar: number): Amount {
    let paid = ZERO;
    for (let index = this.payments.length - 1; index >= 0; index--) {
      const due = this.payments[index];
      if (!due || due.bar > bar) continue;
      paid = plus(paid, due.net);
      this.payments.splice(index, 1);
    }
    this.receivable = minus(this.receivable, paid);
    this.cash = plus(this.cash, paid);
    this.dividendsNet = plus(this.dividendsNet, paid);
    return paid;
  }

  /** The next bar at which something is paid. */
  nextPayment(): number {
    if (this.payments.length === 0) return Number.POSITIVE_INFINITY;
    return this.payments.reduce((next, { bar }) => Math.min(next, bar), Number.POSITIVE_INFINITY);
  }
}
