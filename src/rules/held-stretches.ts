/** The value of a holding that changes at a few bars only: its figures without a series of every bar. Doubles, as all statistics. */
import { type Course, DrawdownWatch, ratio, SMALLEST_DIVISOR, type Series, type Timeline } from './performance';
import { BLOCK, BLOCK_BITS, type PriceBlocks } from './price-blocks';

export interface PricedBars {
  readonly timeline: Timeline;
  /** Closes as doubles, for statistics. */
  readonly closes: Series;
  readonly blocks: PriceBlocks;
}

/** What is held, in columns: from the close of one bar until the next stretch begins. The first begins at bar 0. */
export class HeldStretches {
  readonly closesFrom: number[] = [];
  readonly shares: number[] = [];
  /** With receivables. */
  readonly effectiveCash: number[] = [];

  add(closesFrom: number, shares: number, effectiveCash: number): void {
    this.closesFrom.push(closesFrom);
    this.shares.push(shares);
    this.effectiveCash.push(effectiveCash);
  }

  get count(): number {
    return this.closesFrom.length;
  }

  /** Where the next stretch begins; one that another follows at the same bar has no bars of its own. */
  endOf(index: number, bars: number): number {
    return this.closesFrom[index + 1] ?? bars;
  }
}

/** Value per bar. */
export function fillEquity(equity: Series, closes: Series, held: HeldStretches): void {
  for (let index = 0; index < held.count; index++) fillStretch(equity, closes, held, index);
}

function fillStretch(equity: Series, closes: Series, held: HeldStretches, index: number): void {
  const to = held.endOf(index, closes.length);
  const shares = held.shares[index] as number;
  const cash = held.effectiveCash[index] as number;
  for (let bar = held.closesFrom[index] as number; bar < to; bar++) equity[bar] = shares * (closes[bar] as number) + cash;
}

/** Value at the first bar. */
export function startOf(closes: Series, { closesFrom, shares, effectiveCash }: HeldStretches): number {
  const first = closesFrom.lastIndexOf(0);
  return (shares[first] ?? Number.NaN) * (closes[0] ?? Number.NaN) + (effectiveCash[first] ?? Number.NaN);
}

/** What `courseOf` gives for the same value at every bar, to the last digit. */
export function courseOfStretches(priced: PricedBars, held: HeldStretches): Course {
  const { closes, timeline } = priced;
  const { dayEnds, calendarDays } = timeline;
  const daily = new Float64Array(dayEnds.length);
  const watch = new DrawdownWatch(startOf(closes, held), calendarDays);
  let day = 0;
  for (let index = 0; index < held.count; index++) {
    const to = held.endOf(index, closes.length);
    const shares = held.shares[index] as number;
    const cash = held.effectiveCash[index] as number;
    watchStretch(watch, priced, held.closesFrom[index] as number, to, shares, cash);
    for (; (dayEnds[day] ?? to) < to; day++) daily[day] = shares * (closes[dayEnds[day] as number] as number) + cash;
  }
  return { daily, drawdown: watch.end(closes.length - 1) };
}

/** Value rises and falls with the price, however it is rounded, so a block's extreme prices give its extreme values. */
function watchStretch(watch: DrawdownWatch, { closes, blocks }: PricedBars, from: number, to: number, shares: number, cash: number): void {
  for (let bar = from; bar < to;) {
    const block = bar >> BLOCK_BITS;
    const end = Math.min(to, (block + 1) << BLOCK_BITS);
    if (end - bar === BLOCK) {
      const [one, other] = [shares * (blocks.least[block] as number) + cash, shares * (blocks.greatest[block] as number) + cash];
      if (shares < 0 ? watch.seeAllBelow(other, one) : watch.seeAllBelow(one, other)) {
        bar = end;
        continue;
      }
    }
    for (; bar < end; bar++) watch.see(bar, shares * (closes[bar] as number) + cash);
  }
}

/** Mean over all bars of stock value over value; null where a bar has no value. */
export function exposureOfStretches(closes: Series, held: HeldStretches): number | null {
  let sum = 0;
  for (let index = 0; index < held.count; index++) sum = addShares(sum, closes, held, index);
  return ratio(sum, closes.length);
}

/** NaN where a bar has no value. */
function addShares(before: number, closes: Series, held: HeldStretches, index: number): number {
  const to = held.endOf(index, closes.length);
  const shares = held.shares[index] as number;
  const cash = held.effectiveCash[index] as number;
  let sum = before;
  for (let bar = held.closesFrom[index] as number; bar < to; bar++) {
    const stock = shares * (closes[bar] as number);
    const value = stock + cash;
    if (!(Math.abs(value) >= SMALLEST_DIVISOR)) return Number.NaN;
    sum += stock / value;
  }
  return sum;
}
