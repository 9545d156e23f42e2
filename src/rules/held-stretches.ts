/** The value of a holding that changes at a few bars only: its course without a series of every bar. Doubles, as all statistics. */
import { type Drawdown, DrawdownWatch } from './drawdown';
import type { Course, Series, Timeline } from './performance';
import { BLOCK, BLOCK_BITS, blocksOf, type PriceBlocks } from './price-blocks';

export interface PricedBars {
  readonly timeline: Timeline;
  /** Closes as doubles, for statistics. */
  readonly closes: Series;
  /** Those at the last bar of each trading day, side by side: among all others each would be fetched from memory of its own. */
  readonly dayCloses: Series;
  readonly blocks: PriceBlocks;
}

/** Prepared once for any number of holdings. */
export const pricedBars = (closes: Series, timeline: Timeline): PricedBars => ({
  timeline,
  closes,
  dayCloses: Float64Array.from(timeline.dayEnds, (bar) => closes[bar] as number),
  blocks: blocksOf(closes),
});

/**
 * What is held, in columns: from the close of one bar until the next stretch begins. The first begins at bar 0, each at a bar of its own
 * and with another holding than the one before, so that equal holdings have equal stretches, whoever records them and how often.
 */
export class HeldStretches {
  readonly closesFrom: number[] = [];
  readonly shares: number[] = [];
  /** With receivables. */
  readonly effectiveCash: number[] = [];

  /** At a bar that is not before any other; what was added for the same bar is replaced. */
  add(closesFrom: number, shares: number, effectiveCash: number): void {
    let last = this.closesFrom.length - 1;
    if (last >= 0 && this.closesFrom[last] === closesFrom) {
      this.closesFrom.pop();
      this.shares.pop();
      this.effectiveCash.pop();
      last--;
    }
    if (last >= 0 && this.shares[last] === shares && this.effectiveCash[last] === effectiveCash) return;
    this.closesFrom.push(closesFrom);
    this.shares.push(shares);
    this.effectiveCash.push(effectiveCash);
  }

  get count(): number {
    return this.closesFrom.length;
  }

  /** Where the next stretch begins. */
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

/** Sees a holding from stretch to stretch, each bar once and in order. */
export interface HeldFollower {
  /** From one bar on and before another. */
  see(from: number, to: number, shares: number, cash: number): void;
}

/** Goes along a holding as far as it is known. */
export class HeldWalk {
  private index = 0;
  private bar = 0;

  constructor(
    private readonly held: HeldStretches,
    private readonly followers: readonly HeldFollower[],
  ) {}

  /** The holding does not change any more before `to`. */
  upTo(to: number): void {
    const { closesFrom, shares, effectiveCash } = this.held;
    while (this.bar < to) {
      const next = closesFrom[this.index + 1] ?? to;
      if (next <= this.bar) {
        this.index++;
        continue;
      }
      const end = Math.min(to, next);
      for (const follower of this.followers) follower.see(this.bar, end, shares[this.index] as number, effectiveCash[this.index] as number);
      this.bar = end;
    }
  }
}

/** Daily values and drawdown. */
export class CourseWatch implements HeldFollower {
  /** Value at the first bar. */
  readonly start: number;
  private readonly daily: Series;
  private readonly watch: DrawdownWatch;
  private day = 0;

  constructor(
    private readonly priced: PricedBars,
    { shares, effectiveCash }: HeldStretches,
  ) {
    const { closes, timeline } = priced;
    this.start = (shares[0] ?? Number.NaN) * (closes[0] ?? Number.NaN) + (effectiveCash[0] ?? Number.NaN);
    this.daily = new Float64Array(timeline.dayEnds.length);
    this.watch = new DrawdownWatch(this.start, timeline.calendarDays);
  }

  see(from: number, to: number, shares: number, cash: number): void {
    const { priced, daily } = this;
    const { dayEnds } = priced.timeline;
    watchStretch(this.watch, priced, from, to, shares, cash);
    let day = this.day;
    for (; (dayEnds[day] ?? to) < to; day++) daily[day] = shares * (priced.dayCloses[day] as number) + cash;
    this.day = day;
  }

  end(): Course & Drawdown {
    return { daily: this.daily, ...this.watch.end(this.priced.closes.length - 1) };
  }
}

export function courseOf(priced: PricedBars, held: HeldStretches): Course & Drawdown {
  const course = new CourseWatch(priced, held);
  new HeldWalk(held, [course]).upTo(priced.closes.length);
  return course.end();
}

/** Value rises and falls with the price, however it is rounded, so a block's extreme prices give its extreme values. */
function watchStretch(watch: DrawdownWatch, priced: PricedBars, from: number, to: number, shares: number, cash: number): void {
  const { closes, blocks } = priced;
  const [bottom, top] = shares < 0 ? [blocks.greatest, blocks.least] : [blocks.least, blocks.greatest];
  for (let bar = from, end = 0; bar < to; bar = end) {
    const block = bar >> BLOCK_BITS;
    end = Math.min(to, (block + 1) << BLOCK_BITS);
    const topPrice = top[block] as number;
    const least = shares * (bottom[block] as number) + cash;
    const greatest = shares * topPrice + cash;
    if (watch.seeBetween(least, greatest)) continue;
    const isWhole = end - bar === BLOCK;
    if (isWhole && watch.seeAllBelow(least, greatest)) continue;
    if (isWhole && !watch.canDeepen(least, greatest)) climb(watch, closes, bar, end, shares, cash, topPrice);
    else walk(watch, closes, bar, end, shares, cash);
  }
}

function walk(watch: DrawdownWatch, closes: Series, from: number, to: number, shares: number, cash: number): void {
  for (let bar = from; bar < to; bar++) watch.see(bar, shares * (closes[bar] as number) + cash);
}

/** A block that rises above the peak: between its first such bar and its highest one only a longer time below would count. */
function climb(watch: DrawdownWatch, closes: Series, from: number, to: number, shares: number, cash: number, topPrice: number): void {
  let last = to - 1;
  while (closes[last] !== topPrice) last--;
  let first = from;
  while (!watch.see(first, shares * (closes[first] as number) + cash)) first++;
  walk(watch, closes, watch.isNoLonger(first, last) ? last : first + 1, to, shares, cash);
}
