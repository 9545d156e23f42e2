/** A simulated position between rare events: the amounts of a `RunBook` as doubles, moved by the same roundings, as long as they are small enough. */
import type { Amount } from '../kernel/amount';
import { ceilingOver, floorOver, halfEvenAfter, halfUpOver, isWhole } from '../kernel/whole-units';
import type { CertainHolding } from '../rules/certain-quantity';
import type { RuleSettings } from '../rules/settings';
import type { Side } from '../rules/trigger';
import type { BarReason } from './decision-reasons';
import { NO_COUNTS, type RunBook } from './run-book';
import type { RunTrade, Stretch } from './run-state';

const UNITS = 100_000_000;
const HUNDRED_PERCENT = 100 * UNITS;

/** Of units within the bound, and so within the limit of an amount. */
const amount = (units: number): Amount => BigInt(units) as Amount;

/** What a fill came to, in units; overwritten by the next one. */
interface LastFill {
  notional: number;
  commission: number;
  realized: number;
}

export class WholeBook implements CertainHolding {
  qty = 0;
  cash = 0;
  receivable = 0;
  anchor = 0;
  avgCost = 0;
  dayOrders = 0;
  dayNotional = 0;
  /** False where an amount is too large: then only the exact book can go on. */
  usable = false;
  /** SELL at this price and above, BUY at that one and below. */
  sellAt = 0;
  buyAt = 0;

  private realized = 0;
  private commissionPaid = 0;
  private turnover = 0;
  private buys = 0;
  private sells = 0;
  private day = Number.NaN;
  /** Moved since it was loaded. */
  private ahead = false;
  private readonly last: LastFill = { notional: 0, commission: 0, realized: 0 };
  private readonly upFactor: number;
  private readonly downFactor: number;
  private readonly rate: number;

  constructor(
    private readonly book: RunBook,
    { up_threshold_pct, down_threshold_pct, commission_rate }: RuleSettings,
  ) {
    this.upFactor = HUNDRED_PERCENT + Number(up_threshold_pct);
    this.downFactor = HUNDRED_PERCENT - Number(down_threshold_pct);
    this.rate = Number(commission_rate);
  }

  /** Takes over what the exact book has become. */
  load(): void {
    const { book } = this;
    this.qty = Number(book.qty);
    this.cash = Number(book.cash);
    this.receivable = Number(book.receivable);
    this.anchor = Number(book.anchor);
    this.avgCost = Number(book.avgCost);
    this.realized = Number(book.realized);
    this.commissionPaid = Number(book.commissionPaid);
    this.turnover = Number(book.turnover);
    this.buys = book.buys;
    this.sells = book.sells;
    this.day = book.countedDay;
    this.dayOrders = book.counts.orders;
    this.dayNotional = Number(book.counts.notional);
    this.ahead = false;
    this.bound();
    this.usable = this.fits() && this.anchor > 0;
  }

  /** Gives back to the exact book what it has become. */
  settle(): void {
    if (!this.ahead) return;
    const { book } = this;
    book.qty = amount(this.qty);
    book.cash = amount(this.cash);
    book.anchor = amount(this.anchor);
    book.avgCost = amount(this.avgCost);
    book.realized = amount(this.realized);
    book.commissionPaid = amount(this.commissionPaid);
    book.turnover = amount(this.turnover);
    book.buys = this.buys;
    book.sells = this.sells;
    book.countedDay = this.day;
    book.counts = { orders: this.dayOrders, notional: amount(this.dayNotional) };
    this.ahead = false;
  }

  /** Orders and notional are those of this day of the exchange. */
  enterDay(day: number): void {
    if (this.day === day) return;
    this.day = day;
    this.dayOrders = 0;
    this.dayNotional = 0;
  }

  /** Cash with what is still owed. */
  get effectiveCash(): number {
    return this.cash + this.receivable;
  }

  /**
   * A fill of the day that was entered, at a price that becomes the anchor; the holding is long and stays so. False, and nothing is moved,
   * where an amount would become too large.
   */
  fill(side: Side, n: number, price: number): boolean {
    const value = halfEvenAfter(0, n, price, UNITS);
    const fee = halfUpOver(this.rate, value, UNITS);
    const { realized, avgCost, qty } = this;
    const realizedAfter = side === 'BUY' ? realized : halfEvenAfter(realized, price - avgCost, n, UNITS);
    if (!(isWhole(realizedAfter) && isWhole(this.turnover + value) && isWhole(this.cash + value))) return false;
    if (side === 'BUY') {
      this.avgCost = qty === 0 ? price : halfEvenAfter(avgCost, price - avgCost, n, qty + n);
      this.qty = qty + n;
      this.cash -= value + fee;
      this.buys++;
    } else {
      this.realized = realizedAfter;
      this.qty = qty - n;
      if (this.qty === 0) this.avgCost = 0;
      this.cash += value - fee;
      this.sells++;
    }
    this.turnover += value;
    this.commissionPaid += fee;
    this.anchor = price;
    this.dayOrders++;
    this.dayNotional += value;
    this.book.tally.fill(side, n, price);
    this.last.notional = value;
    this.last.commission = fee;
    this.last.realized = realizedAfter - realized;
    this.ahead = true;
    this.bound();
    this.usable = this.fits();
    return true;
  }

  /** The fill just made, for whoever keeps it. */
  lastTrade(side: Side, n: number, bar: number, reason: BarReason): RunTrade {
    const { last } = this;
    return {
      side,
      qty: amount(n),
      price: amount(this.anchor),
      notional: amount(last.notional),
      commission: amount(last.commission),
      realized: amount(last.realized),
      bar,
      decidedAt: bar,
      reason,
    };
  }

  /** What is held from here on. */
  stretch(from: number, closesFrom: number, day: number): Stretch {
    return {
      from,
      closesFrom,
      qty: amount(this.qty),
      cash: amount(this.cash),
      receivable: amount(this.receivable),
      anchor: amount(this.anchor),
      avgCost: amount(this.avgCost),
      day,
      counts: this.day === day ? { orders: this.dayOrders, notional: amount(this.dayNotional) } : NO_COUNTS,
    };
  }

  /** `triggerBounds` of the anchor. */
  private bound(): void {
    this.sellAt = ceilingOver(this.anchor, this.upFactor, HUNDRED_PERCENT);
    this.buyAt = floorOver(this.anchor, this.downFactor, HUNDRED_PERCENT);
  }

  private fits(): boolean {
    const { qty, cash, receivable, anchor, avgCost, realized, turnover } = this;
    return (
      qty >= 0 &&
      isWhole(qty) &&
      isWhole(cash) &&
      isWhole(cash + receivable) &&
      isWhole(anchor) &&
      isWhole(this.sellAt) &&
      isWhole(avgCost) &&
      isWhole(realized) &&
      isWhole(turnover)
    );
  }
}
